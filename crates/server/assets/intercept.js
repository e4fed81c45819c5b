// The return from the bank's 3-D Secure page: tells the wallet by POST (a GET must change nothing), then the phone around it. The
// page's button says the same as a form, so whatever fails here, somebody can still go on.
const main = document.querySelector("main");
const form = main.querySelector("form");

async function tellWallet() {
  const answer = await fetch(form.action, { method: "POST", cache: "no-store", headers: { accept: "text/html" } });
  if (answer.ok && parent !== window) parent.postMessage("lommebok:returned", location.origin);
  const page = new DOMParser().parseFromString(await answer.text(), "text/html");
  return answer.status < 500 && page.querySelector("main") ? page : null;
}

function show(page) {
  main.replaceWith(document.importNode(page.querySelector("main"), true));
  document.title = page.title;
}

tellWallet()
  .then((page) => (page ? show(page) : form.querySelector("button").focus()))
  .catch(() => form.querySelector("button").focus());
