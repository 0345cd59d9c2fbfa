# Two stages, so that the image holds what runs and nothing that builds.
FROM python:3.13-slim AS build
WORKDIR /src
COPY requirements.txt pyproject.toml README.md ./
RUN python -m venv /opt/asn-ledger \
 && /opt/asn-ledger/bin/pip install --no-cache-dir --require-hashes -r requirements.txt
COPY src ./src
RUN /opt/asn-ledger/bin/pip install --no-cache-dir --no-deps .

FROM python:3.13-slim
# The number is fixed, so that the key folder on the host can be given to exactly this account.
RUN useradd --uid 10001 --create-home ledger \
 && install -d -o ledger -g ledger -m 0700 \
    /var/lib/asn-ledger /var/lib/asn-ledger-backups /var/lib/asn-ledger-keys
COPY --from=build /opt/asn-ledger /opt/asn-ledger
ENV PATH=/opt/asn-ledger/bin:$PATH ASN_LEDGER_KEYS=/var/lib/asn-ledger-keys
USER ledger
WORKDIR /var/lib/asn-ledger
ENTRYPOINT ["asn-ledger"]
CMD ["doctor"]
