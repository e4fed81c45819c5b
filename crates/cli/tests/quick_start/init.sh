curl -X POST "https://apitest.vipps.no/psp/v3/psppayments/init" \
-H "Content-Type: application/json" \
-H "Authorization: Bearer YOUR-ACCESS-TOKEN" \
-H "Ocp-Apim-Subscription-Key: YOUR-PSP-SUBSCRIPTION-KEY" \
-H "PSP-ID: YOUR-PSP-ID" \
-H "Merchant-Serial-Number: YOUR-MSN" \
-H "Vipps-System-Name: acme" \
-H "Vipps-System-Version: 3.1.2" \
-d '{
"pspTransactionId": "abcABC12345",
"merchantOrderId": "abcABC-12345",
"customerMobileNumber": "12345678",
"amount": "49900",
"currency": "NOK",
"pspRedirectUrl": "https://example.com/page-seen-after-payment",
"makePaymentUrl": "https://example.com/your-endpoint-for-card-data",
"makePaymentToken": "YOUR-AUTHORIZATION-HEADER-FOR-makePaymentUrl-optional",
"paymentText": "OrderId abcABC-12345 from example.com."
}'
