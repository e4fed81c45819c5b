// The return from the bank's 3-D Secure page: tells the wallet by POST (a GET must change nothing), then the phone around it.
const main = document.querySelector("main");

async function tellWallet() {
  const answer = await fetch(location.href, { method: "POST", cache: "no-store", headers: { accept: "text/html" } });
  if (answer.ok && parent !== window) parent.postMessage("lommebok:returned", location.origin);
  const page = new DOMParser().parseFromString(await answer.text(), "text/html");
  return answer.status < 500 && page.querySelector("main") ? page : null;
}

const page = await tellWallet().catch(() => null);
if (page) {
  main.replaceWith(document.importNode(page.querySelector("main"), true));
  document.title = page.title;
} else {
  main.querySelector("button").focus(); // the button says the same thing, as a form
}
