"""Holds openapi.json against the server: which requests are valid, and what every answer and every call looks like.

A request is an example of the document with one member changed: the schema and the server must say the same of it, but
for what the tables LENIENT and STRICTER name.
"""

import copy
import http.server
import json
import os
import sys
import threading
import urllib.error
import urllib.request
import uuid

from jsonschema import Draft202012Validator

LEFT_OUT = object()
LONG = "https://example.com/" + "a" * 2048
TEXTS = [LEFT_OUT, None, "", " ", "x", "æ", "a\nb", "a/b", "7", 7, True, [], {}]
TEXTS += ["a" * length for limit in (36, 50, 200, 255, 2048) for length in (limit, limit + 1)]
IDS = TEXTS + ["-", "._-", "A.b_c-9", "a-b"]
NUMBERS = TEXTS + ["12345678", "1234567", "123456789", "+4712345678", "１２３４５６７８"]
FLAGS = [LEFT_OUT, None, False, "true", 1, [], {}, True]
WORDS = TEXTS + ["NOK", "nok", "SEK", "CAPTURED", "captured", "SUCCESS", "FAILED"]
AMOUNTS = [LEFT_OUT, None, 0, 1, 99, 100, 2147483647, 2147483648, -5, 499.5, 49900.0, "49900", "00100", "99", "1", "0"]
AMOUNTS += ["499.00", "+100", "1e3", " 100", "", "99999999999", True, [], {}]
URLS = TEXTS + ["https://example.com", "http://127.0.0.1:9/x?y=1", "https://example.com/#top", "https://e x.com/", LONG]
URLS += ["https://a\\b", "https://æ.no", "example.com", "myshop://order/7"]
EMAILS = TEXTS + ["user@example.com", "u@localhost", "a.b+c@x-y.no", "@x.no", "a@", "a@b@c", "u@-x.no", "u@x..no"]
SITES = TEXTS + ["https://example.com", "example.com/shop", "example", "ftp://example.com", "https://u:p@example.com"]
CODES = TEXTS + ["5411", "541", "54111", "NO", "no", "N0", "NOR", "0154", "AB1 2CD", "0154!"]
VALUES = {
    "pspTransactionId": IDS,
    "merchantOrderId": IDS,
    "customerMobileNumber": NUMBERS,
    "customerPhoneNumber": NUMBERS,
    "amount": AMOUNTS,
    "currency": WORDS,
    "status": WORDS,
    "operationStatus": WORDS,
    "pspRedirectUrl": URLS,
    "makePaymentUrl": URLS,
    "logoUrl": URLS,
    "companyEmail": EMAILS,
    "email": EMAILS,
    "website": SITES,
    "mccCode": CODES,
    "postCode": CODES,
    "country": CODES,
    "logo": [LEFT_OUT, "", 7, True, [], {}],
    "address": [7, "x", [], {}],
}
LINES = ["name", "companyName", "organizationNumber", "addressLine1", "addressLine2", "city"]
# The server takes these, although the schema does not say so.
LENIENT = [("customerMobileNumber", ""), ("makePaymentToken", "")]
LENIENT += [(unused, other) for unused in ("merchantAgreementUrl", "scope") for other in (7, True, [], {})]
# The server refuses these: no schema that generators read could say it.
STRICTER = [
    ("amount", 49900.0),
    ("pspRedirectUrl", "myshop://order/7"),  # needs isApp
    ("skipLandingPage", True),  # needs a merchant that may
    *((line, " ") for line in LINES),
]


class Sandbox:
    """The server, called as the document says; every answer is held against the document."""

    def __init__(self, document):
        self.document = document
        self.opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
        self.headers = {"Ocp-Apim-Subscription-Key": os.environ["SUBSCRIPTION_KEY"]}
        secrets = {"client_id": os.environ["CLIENT_ID"], "client_secret": os.environ["CLIENT_SECRET"]}
        token = self.call("POST", "/accesstoken/get", headers=secrets, expected=200)["access_token"]
        self.headers |= {
            "Authorization": f"Bearer {token}",
            "PSP-ID": os.environ["PSP_ID"],
            "Merchant-Serial-Number": os.environ["MSN"],
            "Content-Type": "application/json",
        }

    def validator(self, schema):
        return Draft202012Validator({**schema, "components": self.document["components"]})

    def example(self, method, path):
        content = self.document["paths"][path][method.lower()]["requestBody"]["content"]["application/json"]
        return copy.deepcopy(content["example"]), content["schema"]

    def resolved(self, node):
        if "$ref" in node:
            kind, name = node["$ref"].split("/")[-2:]
            return self.document["components"][kind][name]
        return node

    def ask(self, method, path, body=None, headers={}, **places):
        data = None if body is None else json.dumps(body).encode()
        url = os.environ["LOMMEBOK_URL"] + path.format(**places)
        request = urllib.request.Request(url, data, self.headers | headers, method=method)
        try:
            with self.opener.open(request) as answer:
                return answer.status, answer.headers, answer.read()
        except urllib.error.HTTPError as answer:
            with answer:
                return answer.code, answer.headers, answer.read()

    def answered(self, method, path, *arguments, **places):
        """Status and body."""
        status, headers, text = self.ask(method, path, *arguments, **places)
        described = self.resolved(self.document["paths"][path][method.lower()]["responses"][str(status)])
        for name in ("Lommebok-Hint", "Lommebok-Exchange", "WWW-Authenticate", "Retry-After", "Allow"):
            assert name not in headers or name in described.get("headers", {}), (method, path, status, name)
        if not text:
            assert "content" not in described, (method, path, status)
            return status, None
        media_type = headers["Content-Type"].split(";")[0]
        body = json.loads(text)
        self.validator(described["content"][media_type]["schema"]).validate(body)
        return status, body

    def call(self, method, path, body=None, headers={}, expected=200, **places):
        status, body = self.answered(method, path, body, headers, **places)
        assert status == expected, (method, path, status, body)
        return body


class Psp(http.server.BaseHTTPRequestHandler):
    """A makePaymentUrl that answers as the document's example does, and keeps what came."""

    calls = []

    def do_POST(self):
        call = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        self.calls.append(call)
        body = json.dumps({"paymentInfo": {"pspTransactionId": call["pspTransactionId"], "status": "OK"}}).encode()
        self.send_response(200)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_):
        pass


INIT, UPDATE = "/psp/v3/psppayments/init", "/psp/v3/psppayments/updatestatus"
DETAILS = "/psp/v3/psppayments/{pspTransactionId}/details"
APPROVE = "/psp/v3/integration-test/psppayments/{pspTransactionId}/approve"
MERCHANTS = "/merchant-management/psp/v1/merchants"
MERCHANT = MERCHANTS + "/{merchantSerialNumber}"


def new_ids():
    return {"pspTransactionId": str(uuid.uuid4()), "merchantOrderId": str(uuid.uuid4())}


def key():
    return {"Idempotency-Key": str(uuid.uuid4())}


def variants(schema, base):
    """Every member with every value: its name, the value, a setter."""
    members = sorted(schema["properties"], key=lambda name: name == "deactivate")
    for name in members:
        rule = schema["properties"][name]
        for value in VALUES.get(name, FLAGS if rule.get("type") == "boolean" else TEXTS):
            body = copy.deepcopy(base)
            body.pop(name, None)
            if value is not LEFT_OUT:
                body[name] = value
            yield name, value, body


met = []


def is_same(one, other):
    """Python takes True for 1."""
    return one == other and type(one[1]) is type(other[1])


def agree(sandbox, method, path, base, within, fresh=lambda name: {}, **places):
    """Compares for each member of the schema `within`, whose object `base` has at the way that `put` goes."""
    _, schema = sandbox.example(method, path)
    inner, put = within
    validator, asked, wrong = sandbox.validator(schema), 0, []
    for name, value, part in variants(sandbox.document["components"]["schemas"][inner], base):
        part |= {other: new for other, new in fresh(name).items() if other in part and other != name}
        # null counts as left out.
        judged = {other: kept for other, kept in part.items() if kept is not None}
        schema_takes = validator.is_valid(put(judged))
        status, answer = sandbox.answered(method, path, put(part), key(), **places)
        server_takes = status != 400
        differ = {(True, False): STRICTER, (False, True): LENIENT}.get((schema_takes, server_takes))
        known = [exception for exception in differ or [] if is_same((name, value), exception)]
        met.extend(known)
        if differ is not None and not known:
            wrong.append(f"{inner}.{name} = {value!r}: schema {schema_takes}, server {status} {answer}")
        asked += 1
    assert not wrong, "\n".join(wrong)
    return asked


def requests_agree(sandbox):
    whole = lambda body: body
    init = sandbox.example("POST", INIT)[0]
    asked = agree(sandbox, "POST", INIT, init, ("InitRequest", whole), lambda name: new_ids())
    entry = sandbox.example("POST", UPDATE)[0]["transactions"][0]
    asked += agree(sandbox, "POST", UPDATE, entry, ("Transaction", lambda one: {"transactions": [one]}))
    approve = sandbox.example("POST", APPROVE)[0]
    asked += agree(sandbox, "POST", APPROVE, approve, ("ForceApproveRequest", whole), pspTransactionId="nobody")
    # A Norwegian organisation number has a rule of its own. `logo` or `logoUrl` is required: an empty logo is one.
    merchant = sandbox.example("POST", MERCHANTS)[0] | {"logo": ""}
    merchant["address"]["country"] = "SE"
    asked += agree(sandbox, "POST", MERCHANTS, merchant, ("CreateMerchantRequest", whole))
    address = merchant["address"]
    asked += agree(sandbox, "POST", MERCHANTS, address, ("Address", lambda one: merchant | {"address": one}))
    msn = sandbox.call("POST", MERCHANTS, merchant, key())["merchantSerialNumber"]
    change = sandbox.example("PATCH", MERCHANT)[0]
    asked += agree(sandbox, "PATCH", MERCHANT, change, ("UpdateMerchantRequest", whole), merchantSerialNumber=msn)
    unmet = [exception for exception in LENIENT + STRICTER if exception not in met]
    assert not unmet, unmet
    return asked


def answers_agree(sandbox):
    """A payment from its beginning to its end, and a refusal of each kind."""
    psp = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Psp)
    threading.Thread(target=psp.serve_forever, daemon=True).start()
    init, _ = sandbox.example("POST", INIT)
    init |= new_ids() | {"makePaymentUrl": f"http://127.0.0.1:{psp.server_address[1]}/"}
    place = {"pspTransactionId": init["pspTransactionId"]}
    link = sandbox.call("POST", INIT, init, key())["vippsRedirectUrl"]
    sandbox.call("GET", DETAILS, **place)
    approve = {"customerPhoneNumber": os.environ["MOBILE_NUMBER"], "token": link.split("token=")[1]}
    sandbox.call("POST", APPROVE, approve, **place)
    captured = {"transactions": [place | {"status": "CAPTURED", "amount": "49900"}]}
    sandbox.call("POST", UPDATE, captured)
    assert sandbox.call("GET", DETAILS, **place)["transactionSummary"]["capturedAmount"] == 49900
    make_payment = sandbox.document["paths"][INIT]["post"]["callbacks"]["makePayment"]
    [call], rule = Psp.calls, make_payment["{$request.body#/makePaymentUrl}"]["post"]["requestBody"]
    sandbox.validator(rule["content"]["application/json"]["schema"]).validate(call)
    psp.shutdown()

    for merchant in sandbox.call("GET", MERCHANTS)["merchants"]:
        sandbox.call("GET", MERCHANT, merchantSerialNumber=merchant["merchantSerialNumber"])
    nobody, one = {"pspTransactionId": "nobody"}, key()
    sandbox.call("POST", INIT, init, expected=400)
    sandbox.call("GET", DETAILS, headers={"Authorization": "Bearer x"}, expected=401, **place)
    sandbox.call("GET", DETAILS, headers={"PSP-ID": "x"}, expected=403, **place)
    sandbox.call("GET", DETAILS, expected=404, **nobody)
    sandbox.call("POST", INIT, init | new_ids(), one)
    sandbox.call("POST", INIT, init | new_ids(), one, expected=409)
    sandbox.call("POST", UPDATE, captured, {"Content-Type": "text/plain"}, expected=415)
    sandbox.call("POST", "/accesstoken/get", headers={"client_id": "x", "client_secret": "y"}, expected=401)
    sandbox.call("POST", "/accesstoken/get", headers={"client_id": "", "client_secret": ""}, expected=400)
    sandbox.call("GET", MERCHANTS, headers={"Authorization": ""}, expected=401)
    sandbox.call("GET", MERCHANTS, headers={"PSP-ID": "x"}, expected=403)
    sandbox.call("GET", MERCHANT, expected=404, merchantSerialNumber="999999")
    sandbox.call("POST", MERCHANTS, {}, key(), expected=400)


def examples_are_valid(sandbox):
    """Every example of a body, wherever it stands."""
    checked = 0

    def walk(node):
        nonlocal checked
        if isinstance(node, list):
            for element in node:
                walk(element)
        elif isinstance(node, dict):
            if "schema" in node and ("example" in node or "examples" in node):
                named = [one["value"] for one in node.get("examples", {}).values()]
                for example in named + ([node["example"]] if "example" in node else []):
                    sandbox.validator(node["schema"]).validate(example)
                    checked += 1
            elif "type" in node and "example" in node:
                sandbox.validator(node).validate(node["example"])
                checked += 1
            for member in node.values():
                walk(member)

    walk(sandbox.document)
    return checked


if __name__ == "__main__":
    with open(sys.argv[1], encoding="utf-8") as file:
        sandbox = Sandbox(json.load(file))
    answers_agree(sandbox)
    print(json.dumps({"requests": requests_agree(sandbox), "examples": examples_are_valid(sandbox)}))
