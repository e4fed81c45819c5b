"""Holds the documents of Control API and App API against the server: a payment's life is walked by phone and operator, each
call is one of the document, and each answer, also a refusal, is as the document says. Prints which operations were called.
"""

import json
import os
import re
import sys
import time
import urllib.error
import urllib.request

from jsonschema import Draft202012Validator

BASE = os.environ["LOMMEBOK_URL"]
OPENER = urllib.request.build_opener(urllib.request.ProxyHandler({}))


def exchange(method, path, body, headers):
    data = None if body is None else json.dumps(body).encode()
    headers = {"Content-Type": "application/json"} | headers
    request = urllib.request.Request(BASE + path, data, headers, method=method)
    try:
        answer = OPENER.open(request, timeout=60)
    except urllib.error.HTTPError as refusal:
        answer = refusal
    kind = answer.headers.get("Content-Type")
    # A stream has no end; its first line says what it is.
    text = answer.readline() if kind == "text/event-stream" else answer.read()
    return answer.status, kind, text


class Api:
    """An API of ours, called as its document says."""

    def __init__(self, path, token=None):
        with open(path) as file:
            self.document = json.load(file)
        self.token = token
        self.called = set()

    def call(self, method, path, expected, body=None):
        operation = self.operation(method, path.split("?")[0])
        self.called.add(operation["operationId"])
        if body is not None and expected < 300:
            self.check(operation["requestBody"]["content"], "application/json", body, path)
        headers = {"Authorization": f"Bearer {self.token}"} if self.token else {}
        status, kind, text = exchange(method, path, body, headers)
        assert status == expected, (method, path, status, text)
        response = operation["responses"][str(status)]
        if "$ref" in response:
            response = self.document["components"]["responses"][response["$ref"].rsplit("/", 1)[1]]
        if "content" not in response:
            assert text == b"", (path, text)
            return None
        answer = text.decode() if kind == "text/event-stream" else json.loads(text)
        self.check(response["content"], kind, answer, path)
        return answer

    def operation(self, method, path):
        names = self.document["paths"]
        whole = [name for name in names if name == path]
        like = [name for name in names if re.fullmatch(re.sub(r"\{[a-z]+\}", "[^/]+", name), path)]
        return names[(whole or like)[0]][method.lower()]

    def check(self, content, kind, value, path):
        schema = {"$ref": "#/root", "root": content[kind]["schema"], "components": self.document["components"]}
        faults = [fault.message for fault in Draft202012Validator(schema).iter_errors(value)]
        assert not faults, (path, faults, value)

    def not_called(self):
        operations = [one for item in self.document["paths"].values() for one in item.values()]
        return sorted({one["operationId"] for one in operations} - self.called)


def psp_headers():
    own = {"client_id": os.environ["CLIENT_ID"], "client_secret": os.environ["CLIENT_SECRET"]}
    key = {"Ocp-Apim-Subscription-Key": os.environ["SUBSCRIPTION_KEY"]}
    _, _, text = exchange("POST", "/accesstoken/get", {}, own | key)
    token = json.loads(text)["access_token"]
    names = {"PSP-ID": os.environ["PSP_ID"], "Merchant-Serial-Number": os.environ["MSN"]}
    return key | names | {"Authorization": f"Bearer {token}"}


def init(psp, transaction):
    body = {
        "pspTransactionId": transaction,
        "merchantOrderId": transaction,
        "amount": 49900,
        "currency": "NOK",
        "pspRedirectUrl": "https://example.com/thanks",
        "makePaymentUrl": os.environ["MAKE_PAYMENT_URL"],
    }
    status, _, text = exchange("POST", "/psp/v3/psppayments/init", body, psp)
    assert status == 200, text
    return json.loads(text)["vippsRedirectUrl"]


def until(read, is_so):
    for _ in range(300):
        value = read()
        if is_so(value):
            return value
        time.sleep(0.1)
    raise AssertionError(value)


def walk_app(app, psp):
    links = {name: init(psp, name) for name in ("own-paid", "own-cancelled", "own-late")}
    app.call("GET", "/app/v1/payments", 401)
    app.call("POST", "/app/v1/sessions", 401, {"phoneNumber": "99999999", "pin": "0000"})
    sign_in = {"phoneNumber": os.environ["MOBILE_NUMBER"], "pin": "1236"}
    app.token = app.call("POST", "/app/v1/sessions", 201, sign_in)["session"]
    app.call("GET", "/app/v1/sessions/current", 200)
    ids = {}
    for name in ("own-paid", "own-cancelled"):
        ids[name] = app.call("POST", "/app/v1/payments/open", 200, {"link": links[name]})["id"]
    app.call("POST", "/app/v1/payments/open", 400, {"link": "nonsense"})
    app.call("GET", "/app/v1/payments", 200)
    cards = app.call("GET", "/app/v1/cards", 200)["cards"]
    card = next(card["id"] for card in cards if card["eligible"])
    paid = f"/app/v1/payments/{ids['own-paid']}"
    app.call("POST", f"{paid}/approve", 202, {"cardId": card})
    until(lambda: app.call("GET", paid, 200), lambda payment: payment["state"] == "RESERVED")
    app.call("POST", f"{paid}/approve", 409, {"cardId": card})
    app.call("POST", f"/app/v1/payments/{ids['own-cancelled']}/cancel", 200)
    app.call("POST", "/app/v1/payments/open", 410, {"link": links["own-cancelled"]})
    app.call("GET", "/app/v1/payments/999999", 404)
    assert len(app.call("GET", "/app/v1/receipts", 200)["receipts"]) == 2
    app.call("GET", "/app/v1/receipts?before=x", 400)
    app.call("GET", f"/app/v1/receipts/{ids['own-paid']}", 200)
    app.call("GET", "/app/v1/status", 200)
    assert app.call("GET", "/app/v1/events", 200).startswith(": connected")
    app.call("DELETE", "/app/v1/sessions/current", 204)


def walk_acting(control, psp):
    payments = "/control/v1/payments"
    for name in ("own-approved", "own-given-up", "own-expired"):
        init(psp, name)
    paid = control.call("POST", f"{payments}/own-approved/approve", 200, {"user": os.environ["MOBILE_NUMBER"], "card": "VISA"})
    assert paid["state"] == "RESERVED", paid
    control.call("POST", f"{payments}/own-approved/approve", 409, {})
    control.call("POST", f"{payments}/own-approved/step-up", 409, {"result": "passed"})
    control.call("POST", f"{payments}/own-given-up/approve", 400, {"card": "AMEX"})
    control.call("POST", f"{payments}/own-given-up/cancel", 200)
    control.call("POST", f"{payments}/own-none/cancel", 404)
    given_up = lambda: control.call("GET", f"{payments}/own-given-up", 200)
    until(given_up, lambda payment: payment["notice"]["status"] == "delivered")
    control.call("GET", f"{payments}/own-given-up/await", 400)
    control.call("GET", f"{payments}/own-given-up/await?state=RESERVED", 200)
    expired = control.call("POST", f"{payments}/own-expired/expire", 200)
    assert expired["payment"]["state"] == "EXPIRED", expired


def walk_tenants(control):
    made = control.call("POST", "/control/v1/tenants", 201, {"name": "own", "ttl_s": 600})
    assert made["url"].endswith("/tenants/own"), made
    control.call("POST", "/control/v1/tenants", 400, {"name": "Own"})
    control.call("POST", "/control/v1/tenants", 409, {"name": "own"})
    control.call("GET", "/control/v1/tenants", 200)
    assert control.call("GET", "/control/v1/tenants/own", 200) == made
    control.call("POST", "/control/v1/tenants/own/reset", 200)
    control.call("DELETE", "/control/v1/tenants/own", 204)
    control.call("GET", "/control/v1/tenants/own", 404)


def walk_control(control, psp):
    entries = [
        {"pspTransactionId": "own-paid", "status": "CAPTURED", "amount": 10000, "paymentText": "half"},
        {"pspTransactionId": "own-late", "status": "CAPTURED", "amount": 100},
        {"pspTransactionId": "own-none", "status": "CAPTURED", "amount": 100},
    ]
    status, _, text = exchange("POST", "/psp/v3/psppayments/updatestatus", {"transactions": entries}, psp)
    assert status == 200, text
    control.call("POST", "/control/v1/batch/run", 200)
    report = control.call("GET", "/control/v1/batch/report", 200)["batches"]
    assert report[0]["refusedEntries"] == 2, report
    control.call("GET", f"/control/v1/batch/{report[0]['id']}", 200)
    control.call("GET", "/control/v1/batch?limit=1", 200)
    control.call("GET", f"/control/v1/batch/{report[0]['id']}/entries", 200)
    control.call("GET", "/control/v1/unknown-outcomes", 200)
    control.call("GET", "/control/v1/batch/999", 404)
    control.call("GET", f"/control/v1/batch/{report[0]['id']}/await", 200)
    control.call("GET", "/control/v1/payments?limit=2", 200)
    control.call("GET", "/control/v1/payments?state=none", 400)
    control.call("GET", "/control/v1/payments/own-paid", 200)
    control.call("GET", "/control/v1/payments/own-none", 404)
    assert control.call("GET", "/control/v1/changes", 200).startswith(": connected")
    kept = control.call("GET", "/control/v1/exchanges?limit=2", 200)["exchanges"]
    control.call("GET", "/control/v1/exchanges?limit=0", 400)
    control.call("GET", f"/control/v1/exchanges/{kept[0]['id']}", 200)
    control.call("GET", "/control/v1/exchanges/1", 404)
    assert control.call("GET", "/control/v1/exchanges/stream", 200).startswith(": connected")
    control.call("GET", "/control/v1/users", 200)
    control.call("PUT", "/control/v1/users/12345678/script", 200, {"script": "approve-after=3s step-up=passed"})
    control.call("PUT", "/control/v1/users/12345678/script", 400, {"script": "soon"})
    control.call("DELETE", "/control/v1/users/12345678/script", 200)
    control.call("GET", "/control/v1/users/12345678", 200)
    control.call("GET", "/control/v1/users/99999999", 404)
    control.call("POST", "/control/v1/dashboard/links", 200)
    control.call("GET", "/control/v1/clock", 200)
    control.call("POST", "/control/v1/clock/freeze", 200)
    control.call("POST", "/control/v1/clock/advance", 400, {"seconds": 1})
    done = control.call("POST", "/control/v1/clock/advance", 200, {"milliseconds": 300000})["done"]
    assert done, "the link of own-late has ended"
    late = lambda: control.call("GET", "/control/v1/payments/own-late", 200)
    until(late, lambda payment: payment["notice"]["status"] == "delivered")
    walk_acting(control, psp)
    walk_tenants(control)
    control.call("POST", "/control/v1/clock/auto", 200)
    control.call("POST", "/control/v1/clock/resume", 200)
    control.call("POST", "/control/v1/clock/reset", 200)
    control.call("GET", "/control/v1/clock", 200)
    control.call("GET", "/control/v1/payments/own-cancelled", 200)
    control.call("POST", "/control/v1/check", 200)
    control.token = "wrong"
    control.call("POST", "/control/v1/check", 401)


control, app = Api(sys.argv[1], os.environ["CONTROL_TOKEN"]), Api(sys.argv[2])
psp = psp_headers()
walk_app(app, psp)
walk_control(control, psp)
print(json.dumps({"notCalled": control.not_called() + app.not_called()}))
