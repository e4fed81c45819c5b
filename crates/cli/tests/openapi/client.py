"""A payment by a client that openapi-python-client made: token, init, force-approve, updatestatus, details, merchants."""

import json
import os
from urllib.parse import parse_qs, urlsplit

from lommebok_client import AuthenticatedClient, Client
from lommebok_client.api.access_token import get_access_token
from lommebok_client.api.merchants import list_merchants
from lommebok_client.api.psp_api import (
    force_approve_payment,
    get_payment_details,
    initiate_payment,
    update_status,
)
from lommebok_client.models import (
    Currency,
    ForceApproveRequest,
    InitRequest,
    Status,
    Transaction,
    UpdateStatusRequest,
)

env = os.environ
key = {"ocp_apim_subscription_key": env["SUBSCRIPTION_KEY"]}
token = get_access_token.sync(
    client=Client(base_url=env["LOMMEBOK_URL"]),
    client_id=env["CLIENT_ID"],
    client_secret=env["CLIENT_SECRET"],
    **key,
)
psp = key | {"psp_id": env["PSP_ID"]}
with AuthenticatedClient(base_url=env["LOMMEBOK_URL"], token=token.access_token) as client:
    init = InitRequest(
        psp_transaction_id="python-1",
        merchant_order_id="python-1",
        amount=49900,
        currency=Currency.NOK,
        psp_redirect_url="https://example.com/",
        make_payment_url=env["MAKE_PAYMENT_URL"],
    )
    msn = {"merchant_serial_number": env["MSN"]}
    started = initiate_payment.sync(client=client, body=init, **psp, **msn)
    refused = initiate_payment.sync(client=client, body=init, **psp, **msn)
    link = parse_qs(urlsplit(started.vipps_redirect_url).query)["token"][0]
    approve = ForceApproveRequest(customer_phone_number=env["MOBILE_NUMBER"], token=link)
    approved = force_approve_payment.sync_detailed("python-1", client=client, body=approve, **psp)
    assert approved.status_code == 200, approved
    captured = Transaction(psp_transaction_id="python-1", status=Status.CAPTURED, amount=49900)
    update_status.sync(client=client, body=UpdateStatusRequest(transactions=[captured]), **psp)
    details = get_payment_details.sync("python-1", client=client, **psp)
    merchants = list_merchants.sync(client=client, **key).merchants
print(
    json.dumps(
        {
            "codes": [fault.error_code for fault in refused],
            "summary": details.transaction_summary.to_dict(),
            "operations": [str(entry.operation) for entry in details.transaction_log_history],
            "merchants": [merchant.merchant_serial_number for merchant in merchants],
        }
    )
)
