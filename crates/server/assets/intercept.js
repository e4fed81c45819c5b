// The return from the bank's 3-D Secure page: tells the wallet by POST (a GET must change nothing), then the phone around it.
const form = document.querySelector("[data-return]");

const answer = await fetch(location.href, { method: "POST", cache: "no-store", headers: { accept: "text/html" } }).catch(() => null);
if (answer?.ok) {
  if (parent !== window) parent.postMessage("lommebok:returned", location.origin);
  location.replace(answer.url);
} else {
  form.querySelector("button").focus(); // the button says the same thing, as a form
}
