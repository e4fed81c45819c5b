// Imports openapi.json as Postman does, and sends every request of the collection as Postman would, its variables set to
// what `lommebok env` prints. Prints the requests with their headers' names and their statuses.
import { randomUUID } from "node:crypto";
import { readFileSync } from "node:fs";
import converter from "openapi-to-postmanv2";

const document = readFileSync(process.argv[2], "utf8");

const imported = (parametersResolution) =>
  new Promise((resolve, reject) => {
    const done = (fault, { result, reason, output } = {}) =>
      result ? resolve(output[0].data) : reject(fault ?? new Error(reason));
    converter.convertV2({ type: "string", data: document }, { parametersResolution }, done);
  });
const requests = (items) => items.flatMap((item) => (item.item ? requests(item.item) : [item.request]));
const named = ({ method, url }) => `${method} /${url.path.join("/")}`;
const headers = ({ header, auth }) => [
  ...header.map(({ key }) => key),
  ...(auth?.type === "bearer" ? ["Authorization"] : []),
];

// Postman's own default shows types instead of examples: at least all headers are there.
const bare = Object.fromEntries(requests((await imported("Schema")).item).map((one) => [named(one), headers(one)]));

const collection = await imported("Example");
const { variable } = collection;
const baseUrl = variable.find(({ key }) => key === "baseUrl").value;
const variables = { ...process.env, baseUrl: process.env.LOMMEBOK_URL, $guid: randomUUID() };
const filled = (text) => text.replace(/\{\{(.+?)\}\}/g, (whole, name) => variables[name] ?? whole);
const send = async (request) => {
  const path = request.url.path.map((part) => {
    const value = request.url.variable.find(({ key }) => `:${key}` === part)?.value;
    return value ?? part;
  });
  const query = (request.url.query ?? []).map(({ key, value }) => `${key}=${encodeURIComponent(value)}`).join("&");
  const answer = await fetch(filled(`${request.url.host.join("")}/${path.join("/")}${query && `?${query}`}`), {
    method: request.method,
    headers: [
      ...request.header.map(({ key, value }) => [key, filled(value)]),
      ...(request.auth?.bearer ?? []).map(({ value }) => ["Authorization", filled(`Bearer ${value}`)]),
    ],
    // What a person changes: where the PSP is called (no test calls example.com), and the token of the link.
    body: request.body?.raw
      ?.replace("https://example.com/your-endpoint-for-card-data", variables.MAKE_PAYMENT_URL)
      .replace(/"token": ".*"/, `"token": "${variables.link}"`),
  });
  const text = await answer.text();
  const json = answer.headers.get("content-type")?.startsWith("application/json") ? JSON.parse(text) : {};
  if (json.access_token) variables.bearerToken = json.access_token;
  if (json.vippsRedirectUrl) variables.link = new URL(json.vippsRedirectUrl).searchParams.get("token");
  return { name: named(request), headers: headers(request), status: answer.status, text };
};
// A payment in its order; everything else behind it.
const order = ["get", "init", "approve", "updatestatus", "details"];
const place = (request) => (order.indexOf(request.url.path.at(-1)) + order.length + 1) % (order.length + 1);
const sent = [];
for (const request of requests(collection.item).sort((one, other) => place(one) - place(other))) {
  sent.push(await send(request));
}
console.log(JSON.stringify({ baseUrl, bare, sent }));
