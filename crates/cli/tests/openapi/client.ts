// A payment by a client that openapi-typescript made: token, init, force-approve, updatestatus, details, merchants.
import createClient from "openapi-fetch";
import type { components, paths } from "./schema.js";

declare const process: { env: Record<string, string | undefined> };

const env = (name: string): string => {
  const value = process.env[name];
  if (value === undefined) throw new Error(`${name} is not set`);
  return value;
};
// What an answer with a body holds; a refusal shows its status and its words.
const of = <T>({ data, error, response }: { data?: T; error?: unknown; response: Response }): T => {
  if (data === undefined) throw new Error(`${response.url}: ${response.status} ${JSON.stringify(error)}`);
  return data;
};

const api = createClient<paths>({ baseUrl: env("LOMMEBOK_URL") });
const subscriptionKey = { "Ocp-Apim-Subscription-Key": env("SUBSCRIPTION_KEY") };
const credentials = { client_id: env("CLIENT_ID"), client_secret: env("CLIENT_SECRET"), ...subscriptionKey };
const token = of(await api.POST("/accesstoken/get", { params: { header: credentials } }));
api.use({
  onRequest: ({ request }) => request.headers.set("Authorization", `${token.token_type} ${token.access_token}`),
});

const psp = { ...subscriptionKey, "PSP-ID": env("PSP_ID") };
const init: components["schemas"]["InitRequest"] = {
  pspTransactionId: "typescript-1",
  merchantOrderId: "typescript-1",
  amount: 49900,
  currency: "NOK",
  pspRedirectUrl: "https://example.com/",
  makePaymentUrl: env("MAKE_PAYMENT_URL"),
};
const header = { ...psp, "Merchant-Serial-Number": env("MSN") };
const started = of(await api.POST("/psp/v3/psppayments/init", { params: { header }, body: init }));
const refused = await api.POST("/psp/v3/psppayments/init", { params: { header }, body: init });
if (refused.response.status !== 400 || !Array.isArray(refused.error)) throw new Error("a taken id is a 400");
const codes = refused.error.map((fault) => fault.errorCode);

const path = { pspTransactionId: started.pspTransactionId };
const link = new URL(started.vippsRedirectUrl).searchParams.get("token") ?? "";
const approved = await api.POST("/psp/v3/integration-test/psppayments/{pspTransactionId}/approve", {
  params: { header: psp, path },
  body: { customerPhoneNumber: env("MOBILE_NUMBER"), token: link },
  parseAs: "text",
});
if (!approved.response.ok) throw new Error(`approve: ${approved.response.status}`);
of(
  await api.POST("/psp/v3/psppayments/updatestatus", {
    params: { header: psp },
    body: { transactions: [{ ...path, status: "CAPTURED", amount: 49900 }] },
  }),
);
const details = of(
  await api.GET("/psp/v3/psppayments/{pspTransactionId}/details", { params: { header: psp, path } }),
);
const list = of(await api.GET("/merchant-management/psp/v1/merchants", { params: { header: subscriptionKey } }));
console.log(
  JSON.stringify({
    codes,
    summary: details.transactionSummary,
    operations: details.transactionLogHistory.map((entry) => entry.operation),
    merchants: list.merchants.map((merchant) => merchant.merchantSerialNumber),
  }),
);
