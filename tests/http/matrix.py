"""Who reaches what at each address, written by hand: the expectations of tests/http/test_matrix.py.

A new route needs a row here. What it is about:
  open    whoever asks, signed in or not
  signed  whoever is signed in, whatever his roles
  person  the person of the path; who may not see him is told 404, as if he did not exist
  self    who asks, as a person; alike
  event   the record number of something about a person; alike
  unit    the unit of the path; alike
  many    everybody the reader reaches; who reaches nobody at all is told 403
  new     somebody or something that lies in no unit yet; alike, or 404 for a grant over one unit
Then the status of an answer that no right stands against, for the request that is made here.
Letters by role, in the order of ledger.vocabulary_agency.Role: ASN, appraiser, head, assessor,
operator, analyst, approver, panel, auditor, decider, administrator. o: himself. r: whom he
appraises. s: the unit of his grant. a: the agency, if his grant is for all of it. *: whoever holds
the role. -: never. A ! behind it: never of himself.
"""

from __future__ import annotations

from typing import Any, NamedTuple

ROWS = """
GET  /health/live                             open    200
GET  /health/ready                            open    200
GET  /metrics                                 open    200
GET  /static/{digest}/{name}                  open    404
GET  /api/v1/problems/{code}                  open    200
GET  /masuk                                   open    200
GET  /masuk/openid                            open    404
GET  /masuk/kembali                           open    403
POST /masuk/sandi                             open    422
POST /masuk/demo                              open    422
POST /masuk/tujuan                            open    422
POST /keluar                                  open    403
GET  /api/v1/me                               signed  200
GET  /api/v1/people/{pid}                     person  200  o r s -  s  s  s  s  s  s  -
GET  /api/v1/people/{pid}/score               person  200  o r s -  s  s  s  s  s  s  -
GET  /api/v1/people/{pid}/history             person  200  o r s -  s  s  s  s  s  s  -
GET  /api/v1/people/{pid}/series              person  200  o r s -  s  s  s  s  s  s  -
GET  /api/v1/people/{pid}/advice              person  200  o r s -  s  s  s  s  s  s  -
GET  /api/v1/people/{pid}/difference          person  200  o r s -  s  s  s  s  s  s  -
GET  /api/v1/people                           many    200  - r s -  s  s  s  s  s  s  -
POST /api/v1/people/search                    many    200  - r s -  s  s  s  s  s  s  -
GET  /api/v1/scores                           many    200  o r s -  s  s  s  s  s  s  -
GET  /api/v1/scores/export                    many    200  - - s -  -  s  s  -  s  s  -
GET  /api/v1/differences                      many    200  - - a -  a  a  a  a  a  a  -
GET  /api/v1/units/{code}/score               unit    200  * * * *  *  *  *  *  *  *  *
GET  /api/v1/units/{code}/difference          unit    200  - - s -  s  s  s  s  s  s  -
GET  /api/v1/units/{code}/series              unit    200  - - s -  s  s  s  s  s  s  -
GET  /api/v1/accounts                         many    200  - - - -  -  -  -  -  -  -  a
POST /api/v1/accounts                         many    422  - - - -  -  -  -  -  -  -  a
POST /api/v1/accounts/{id}/disable            many    404  - - - -  -  -  -  -  -  -  a
POST /api/v1/accounts/{id}/tokens             many    422  - - - -  -  -  -  -  -  -  a
POST /api/v1/tokens/{id}/revoke               many    404  - - - -  -  -  -  -  -  -  a
GET  /api/v1/people/{pid}/timemap             person  200  o r s -  s  s  s  s  s  s  -
GET  /api/v1/events                           many    200  - - - -  -  a  -  -  a  -  -
GET  /api/v1/events/{position}                event   200  o r s -  s  s  s  s  s  s  -
GET  /api/v1/audit/state                      many    200  - - - -  -  -  -  -  a  -  -
GET  /api/v1/audit/sample                     many    200  - - - -  -  -  -  -  a  -  -
GET  /api/v1/audit/compare                    many    422  - - - -  -  -  -  -  a  -  -
GET  /api/v1/audit/replay                     many    200  - - - -  -  -  -  -  a  -  -
GET  /api/v1/audit/verification               many    200  - - - -  -  -  -  -  a  -  -
POST /api/v1/audit/verify                     many    422  * * * *  *  *  *  *  *  *  *
GET  /api/v1/log/checkpoint                   many    200  * * * *  *  *  *  *  *  *  *
GET  /api/v1/log/checkpoint/{size}            many    404  * * * *  *  *  *  *  *  *  *
GET  /api/v1/log/checkpoints                  many    200  * * * *  *  *  *  *  *  *  *
GET  /api/v1/log/keys                         many    200  * * * *  *  *  *  *  *  *  *
POST /api/v1/log/checkpoint/cosignatures      many    422  * * * *  *  *  *  *  *  *  *
GET  /api/v1/log/tile/entries/{index:path}    many    404  - - - -  -  a  -  -  a  -  -
GET  /api/v1/log/tile/{level}/{index:path}    many    404  * * * *  *  *  *  *  *  *  *
GET  /api/v1/log/proof/inclusion              event   200  o r s -  s  s  s  s  s  s  -
GET  /api/v1/log/proof/consistency            many    422  * * * *  *  *  *  *  *  *  *
GET  /api/v1/log/proof/completeness/{pid}     person  200  o r s -  s  s  s  s  s  s  -
GET  /api/v1/imports                          many    200  - - - -  s  s  s  -  s  -  -
POST /api/v1/imports                          many    422  - - - -  s  s  -  -  -  -  -
GET  /api/v1/imports/templates                many    200  * * * *  *  *  *  *  *  *  *
GET  /api/v1/imports/templates/{kind}         many    422  * * * *  *  *  *  *  *  *  *
GET  /api/v1/imports/{ident}                  many    404  - - - -  s  s  s  -  s  -  -
GET  /api/v1/imports/{ident}/rows             many    404  - - - -  s  s  s  -  s  -  -
GET  /api/v1/imports/{ident}/returned         many    404  - - - -  s  s  -  -  -  -  -
POST /api/v1/imports/{ident}/propose          many    404  - - - -  s  s  -  -  -  -  -
POST /api/v1/imports/{ident}/withdraw         many    422  - - - -  -  a  a  -  -  -  -
GET  /api/v1/proposals                        many    200  * * * *  *  *  *  *  *  *  *
GET  /api/v1/proposals/{ident}                many    422  * * * *  *  *  *  *  *  *  *
POST /api/v1/proposals/{ident}/confirm        many    422  * * * *  *  *  *  *  *  *  *
POST /api/v1/proposals/{ident}/reject         many    422  * * * *  *  *  *  *  *  *  *
GET  /api/v1/cases                            many    200  o r s -  -  s  s  s  s  s  -
GET  /api/v1/people/{pid}/cases               person  200  o r s -  -  s  s  s  s  s  -
GET  /api/v1/people/{pid}/cases/{root}        person  404  o r s -  -  s  s  s  s  s  -
GET  /api/v1/people/{pid}/effect              person  404  o r s -  -  s  s  s  s  s  -
GET  /api/v1/people/{pid}/absences            person  200  o r s -  -  s  s  s  s  s  -
GET  /api/v1/decisions                        many    200  o - s -  -  s  s  s  s  s  -
GET  /api/v1/decisions/{ident:path}           many    404  o - s -  -  s  s  s  s  s  -
GET  /api/v1/decisions/{ident:path}/recheck   many    404  o - s -  -  s  s  s  s  s  -
POST /api/v1/decisions                        many    422  - - - -  -  s  -  -  -  s  -
POST /api/v1/decisions/{ident:path}/recommend many    422  - - - -  -  -  s  s  -  -  -
POST /api/v1/decisions/{ident:path}/issue     many    422  - - - -  -  -  -  -  -  s  -
POST /api/v1/decisions/{ident:path}/revoke    many    422  o - s -  -  s  s  s  s  s  -
GET  /api/v1/disputes                         many    200  o r s -  -  s  s  s  s  s  -
GET  /api/v1/disputes/{number}                many    404  o r s -  -  s  s  s  s  s  -
POST /api/v1/people/{pid}/disputes            person  422  o r s -  s  s  -  s  s  -  -
POST /api/v1/units/{code}/disputes            unit    422  - - s -  s  s  -  s  s  -  -
POST /api/v1/disputes/{number}/resolve        many    422  o r s -  s  s  -  s  s  -  -
GET  /api/v1/warnings                         many    200  o r s -  s  s  s  -  s  -  -
GET  /api/v1/people/{pid}/warnings            person  200  o r s -  s  s  s  -  s  -  -
GET  /api/v1/units/{code}/warnings            unit    200  - - s -  s  s  s  -  s  -  -
POST /api/v1/people/{pid}/warnings/{rule}/acknowledge person 422 - r s! - s! s! - - - - -
POST /api/v1/units/{code}/warnings/{rule}/acknowledge unit   422 - - s  - s  s  - - - - -
GET  /api/v1/people/{pid}/access              person  200  o - - -  -  -  -  -  s  -  -
GET  /api/v1/access                           many    200  - - - -  -  -  -  -  a  -  -
GET  /api/v1/roles                            many    200  - - - -  -  -  a  -  a  -  a
POST /api/v1/roles/grants                     many    422  - - - -  -  -  -  -  -  -  a
POST /api/v1/roles/revocations                many    422  - - - -  -  -  -  -  -  -  a
GET  /api/v1/instruments                      many    200  * * * *  *  *  *  *  *  *  *
GET  /api/v1/instruments/{name}               many    404  * * * *  *  *  *  *  *  *  *
GET  /api/v1/instruments/{name}/{which}       many    404  * * * *  *  *  *  *  *  *  *
GET  /api/v1/instruments/{name}/try           many    422  - - s -  -  s  s  s  s  s  -
POST /api/v1/instruments/{name}/try           many    422  - - s -  -  s  s  s  s  s  -
POST /api/v1/instruments                      many    422  - - - -  -  a  a  -  -  -  -
POST /api/v1/instruments/{name}/repeal        many    422  - - - -  -  a  a  -  -  -  -
GET  /api/v1/talent                           many    200  - - s -  -  s  s  s  s  s  -
GET  /api/v1/units                            many    200  * * * *  *  *  *  *  *  *  *
GET  /api/v1/units/{code}                     unit    200  * * * *  *  *  *  *  *  *  *
GET  /api/v1/units/{code}/members             unit    200  - - s -  s  s  s  s  s  s  -
GET  /aturan                                  many    200  * * * *  *  *  *  *  *  *  *
GET  /aturan/{name}                           many    404  * * * *  *  *  *  *  *  *  *
GET  /aturan/{name}/coba                      many    404  - - s -  -  s  s  s  s  s  -
POST /aturan/{name}/berlakukan                many    422  - - - -  -  a  a  -  -  -  -
POST /aturan/{name}/cabut                     many    422  - - - -  -  a  a  -  -  -  -
GET  /akses                                    self    200  o - - -  -  -  -  -  s  -  -
GET  /akses.{suffix}                           self    200  o - - -  -  -  -  -  s  -  -
GET  /akses/cari                              many    200  - - - -  -  -  -  -  a  -  -
GET  /akses/cari.{suffix}                     many    200  - - - -  -  -  -  -  a  -  -
GET  /akses/peran                             many    200  - - - -  -  -  a  -  a  -  a
GET  /akses/peran.{suffix}                    many    200  - - - -  -  -  a  -  a  -  a
POST /akses/peran                             many    422  - - - -  -  -  -  -  -  -  a
POST /akses/peran/{ident}/setujui             many    422  - - - -  -  -  a  -  -  -  a
POST /akses/peran/{ident}/tolak               many    422  - - - -  -  -  a  -  -  -  a
GET  /catat                                   many    200  * * * *  *  *  *  *  *  *  *
GET  /catat.json                              many    200  * * * *  *  *  *  *  *  *  *
POST /catat/orang                             many    422  - r s -  s  s  s  s  s  s  -
POST /catat/unit                              many    422  * * * *  *  *  *  *  *  *  *
GET  /catat/orang/{pid}                       person  200  o r s -  s  s  s  s  s  s  -
GET  /catat/unit/{code}                       unit    200  * * * *  *  *  *  *  *  *  *
GET  /catat/orang/{pid}/{kind}                 person  200  o r s -  s  s  -  -  -  -  -
POST /catat/orang/{pid}/{kind}                 person  422  o r s -  s  s  -  -  -  -  -
GET  /catat/unit/{code}/{kind}                 unit    200  - - - -  s  s  -  -  -  -  -
POST /catat/unit/{code}/{kind}                 unit    422  - - - -  s  s  -  -  -  -  -
GET  /catat/usulan/{ident}                    many    422  * * * *  *  *  *  *  *  *  *
POST /catat/usulan/{ident}/setuju             many    422  * * * *  *  *  *  *  *  *  *
POST /catat/usulan/{ident}/tolak              many    422  * * * *  *  *  *  *  *  *  *
GET  /impor                                   many    200  - - - -  s  s  s  -  s  -  -
GET  /impor.json                              many    200  - - - -  s  s  s  -  s  -  -
POST /impor                                   many    422  - - - -  s  s  -  -  -  -  -
GET  /impor/templat/{kind}.xlsx               many    422  - - - -  s  s  s  -  s  -  -
GET  /impor/{ident}                           many    404  - - - -  s  s  s  -  s  -  -
GET  /impor/{ident}.json                      many    404  - - - -  s  s  s  -  s  -  -
GET  /impor/{ident}/kembali                   many    404  - - - -  s  s  -  -  -  -  -
POST /impor/{ident}/usul                      many    404  - - - -  s  s  -  -  -  -  -
POST /impor/{ident}/setuju                    many    404  * * * *  *  *  *  *  *  *  *
POST /impor/{ident}/tolak                     many    404  * * * *  *  *  *  *  *  *  *
POST /impor/{ident}/tarik                     many    404  - - - -  -  a  a  -  -  -  -
GET  /panduan/cerita                          open    200
GET  /opd                                     many    200  * * * *  *  *  *  *  *  *  *
GET  /opd.json                                many    200  * * * *  *  *  *  *  *  *  *
GET  /opd.csv                                 many    200  * * * *  *  *  *  *  *  *  *
GET  /opd.xlsx                                many    200  * * * *  *  *  *  *  *  *  *
GET  /opd.pdf                                 many    200  * * * *  *  *  *  *  *  *  *
GET  /opd/{code}                              unit    200  * * * *  *  *  *  *  *  *  *
GET  /opd/{code}.json                         unit    200  * * * *  *  *  *  *  *  *  *
GET  /opd/{code}.csv                          unit    200  * * * *  *  *  *  *  *  *  *
GET  /opd/{code}.xlsx                         unit    200  * * * *  *  *  *  *  *  *  *
GET  /opd/{code}.pdf                          unit    200  * * * *  *  *  *  *  *  *  *
GET  /opd/{code}/pegawai                      unit    200  - - s -  s  s  s  s  s  s  -
GET  /opd/{code}/pegawai.json                 unit    200  - - s -  s  s  s  s  s  s  -
GET  /opd/{code}/pegawai.csv                  unit    200  - - s -  s  s  s  s  s  s  -
GET  /opd/{code}/pegawai.xlsx                 unit    200  - - s -  s  s  s  s  s  s  -
GET  /opd/{code}/pegawai.pdf                  unit    200  - - s -  s  s  s  s  s  s  -
GET  /talenta                                 many    200  - - s -  -  s  s  s  s  s  -
GET  /talenta.json                            many    200  - - s -  -  s  s  s  s  s  -
GET  /talenta.csv                             many    200  - - s -  -  s  s  s  s  s  -
GET  /talenta.xlsx                            many    200  - - s -  -  s  s  s  s  s  -
GET  /talenta.pdf                             many    200  - - s -  -  s  s  s  s  s  -
GET  /audit                                   many    200  * * * *  *  *  *  *  *  *  *
GET  /audit.json                              many    200  * * * *  *  *  *  *  *  *  *
GET  /audit/periksa                           many    303  * * * *  *  *  *  *  *  *  *
POST /audit/periksa                           many    422  * * * *  *  *  *  *  *  *  *
GET  /audit/sampel                            many    200  - - - -  -  -  -  -  a  -  -
GET  /audit/sampel.json                       many    200  - - - -  -  -  -  -  a  -  -
GET  /audit/banding                           many    422  - - - -  -  -  -  -  a  -  -
GET  /audit/banding.json                      many    422  - - - -  -  -  -  -  a  -  -
GET  /audit/putar-ulang                       many    200  - - - -  -  -  -  -  a  -  -
GET  /audit/verifikasi                        many    200  - - - -  -  -  -  -  a  -  -
GET  /tertunda                                many    200  * * * *  *  *  *  *  *  *  *
GET  /tertunda/{ident}                        many    422  * * * *  *  *  *  *  *  *  *
POST /tertunda/{ident}/sahkan                 many    422  * * * *  *  *  *  *  *  *  *
POST /tertunda/{ident}/tolak                  many    422  * * * *  *  *  *  *  *  *  *
GET  /sengketa/{number}                       many    404  o r s -  -  s  s  s  s  s  -
GET  /sengketa/{number}.json                  many    404  o r s -  -  s  s  s  s  s  -
POST /sengketa/{number}                       many    422  o r s -  s  s  -  s  s  -  -
GET  /kasus/sengketa                          many    422  o r s -  s  s  -  s  s  -  -
POST /kasus/sengketa                          many    422  o r s -  s  s  -  s  s  -  -
GET  /kasus                                   many    200  o r s -  -  s  s  s  s  s  -
GET  /kasus.{suffix}                          many    200  o r s -  -  s  s  s  s  s  -
GET  /kasus/{pid}/{root}                      person  404  o r s -  -  s  s  s  s  s  -
GET  /kasus/{pid}/{root}.{suffix}             person  404  o r s -  -  s  s  s  s  s  -
GET  /keputusan                               many    200  o - s -  -  s  s  s  s  s  -
GET  /keputusan.{suffix}                      many    200  o - s -  -  s  s  s  s  s  -
GET  /keputusan/baru                          many    200  - - - -  -  s  -  -  -  s  -
POST /keputusan/baru                          many    422  - - - -  -  s  -  -  -  s  -
GET  /keputusan/{ident:path}                  many    404  o - s -  -  s  s  s  s  s  -
POST /keputusan/{ident:path}/pertimbangan     many    422  - - - -  -  -  s  s  -  -  -
POST /keputusan/{ident:path}/tetapkan         many    422  - - - -  -  -  -  -  -  s  -
POST /keputusan/{ident:path}/cabut            many    422  o - s -  -  s  s  s  s  s  -
GET  /                                        open    200
GET  /beranda.json                            open    200
GET  /cari                                    many    200  * * * *  *  *  *  *  *  *  *
POST /cari                                    many    200  * * * *  *  *  *  *  *  *  *
POST /cari.json                               many    200  * * * *  *  *  *  *  *  *  *
GET  /catatan/{position}                      event   200  o r s -  s  s  s  s  s  s  -
GET  /catatan/{position}.json                 event   200  o r s -  s  s  s  s  s  s  -
GET  /asn/{pid}                               person  200  o r s -  s  s  s  s  s  s  -
GET  /asn/{pid}.{suffix}                      person  200  o r s -  s  s  s  s  s  s  -
GET  /asn/{pid}/peringatan                    person  200  o r s -  s  s  s  -  s  -  -
GET  /asn/{pid}/peringatan.json               person  200  o r s -  s  s  s  -  s  -  -
POST /asn/{pid}/peringatan/{rule}             person  422  - r s! - s! s! - - - - -
GET  /asn/{pid}/perbandingan                  person  200  o r s -  s  s  s  s  s  s  -
GET  /asn/{pid}/perbandingan.{suffix}         person  200  o r s -  s  s  s  s  s  s  -
GET  /opd/{code}/perbandingan                 unit    200  - - s -  s  s  s  s  s  s  -
GET  /opd/{code}/perbandingan.json            unit    200  - - s -  s  s  s  s  s  s  -
"""

# Commands that state a fact, an address for each kind; sent here with a version and an empty body,
# which is refused once the right is there.
_PERSON, _UNIT = "/api/v1/people/{pid}/commands/", "/api/v1/units/{code}/commands/"
_BOOK = "/api/v1/references/commands/"
COMMANDS = [
    (
        _PERSON,
        "absence activity appraisal attendance award competency competency_test credit culture"
        " dialogue employment golongan identity innovation leave left need periodic_pay plan"
        " position potential published_score qualification record_check self_assessment"
        " service_exam standing",
        "person  422  o r s -  s  s  -  -  -  -  -",
    ),
    (_PERSON, "annul correct end merged", "person  422  - - - -  s!  s!  s! -  -  -  -"),
    (_PERSON, "appeal objection", "person  422  o - - -  -  -  -  s  -  -  -"),
    (
        _PERSON,
        "case delivered examination sanction served summons suspension",
        "person  422  - r s! -  -  s!  -  s!  -  s!  -",
    ),
    (_PERSON, "finding inspection", "person  422  - - - -  -  -  -  -  s!  -  -"),
    (_PERSON, "follow_up", "person  422  - - s -  s  -  -  -  -  -  -"),
    (_PERSON, "ruling", "person  422  - - - -  -  -  -  s!  -  -  -"),
    ("/api/v1/people/commands/", "registered", "new  422  - - - -  a  a  -  -  -  -  -"),
    (
        _UNIT,
        "annul correct end formation target unit unit_appraisal unit_closed",
        "unit  422  - - - -  s  s  -  -  -  -  -",
    ),
    (_UNIT, "assessment", "unit  422  - - - s  -  -  -  -  -  -  -"),
    (_UNIT, "finding inspection", "unit  422  - - - -  -  -  -  -  s  -  -"),
    (_UNIT, "follow_up", "unit  422  - - s -  s  -  -  -  -  -  -"),
    (_UNIT, "self_assessment", "unit  422  - - s -  -  -  -  -  -  -  -"),
    ("/api/v1/units/commands/", "unit", "new  422  - - - -  a  a  -  -  -  -  -"),
    (_BOOK, "annul calendar correct end position_ref", "many  422  - - - -  -  a  -  -  -  -  -"),
]

_RULES = {"instrument": "ip-asn", "as_of": "2022-12-31"}
_CHANGE = {"instrument": "ip-asn", "from": "2021-12-31", "to": "2022-12-31"}
# What a request needs beside its path; {unit} is the unit of the grant, {member} somebody in it.
QUERIES: dict[str, dict[str, str]] = {
    "/api/v1/log/proof/inclusion": {"position": "{position}"},
    "/api/v1/audit/sample": {"seed": "undian"},
    "/api/v1/people/{pid}/effect": {"fact": "1"},
    "/audit/sampel": {"seed": "undian"},
    "/audit/sampel.json": {"seed": "undian"},
    "/api/v1/talent": {"instrument": "talenta"},
    "/api/v1/units": {"instrument": "ip-asn"},
    "/api/v1/units/{code}": {"instrument": "ip-asn"},
    "/api/v1/units/{code}/members": {"instrument": "ip-asn"},
    "/cari": {"q": "zzz"},
    "/api/v1/people": {"unit": "{unit}"},
    "/api/v1/people/{pid}/score": _RULES,
    "/api/v1/people/{pid}/series": {"instrument": "ip-asn", "from": "2022-01-01"},
    "/api/v1/people/{pid}/advice": {"instrument": "ip-asn"},
    "/api/v1/people/{pid}/difference": _CHANGE,
    "/api/v1/scores": _RULES,
    "/api/v1/scores/export": {**_RULES, "format": "jsonl"},
    "/api/v1/differences": _CHANGE,
    "/api/v1/units/{code}/score": {"instrument": "kinerja-opd", "as_of": "2025-12-31"},
    "/api/v1/units/{code}/difference": _CHANGE,
    "/api/v1/units/{code}/series": {"instrument": "ip-asn", "from": "2026-09-01"},
}
BODIES: dict[str, Any] = {
    "/api/v1/people/search": {"nip": "{nip}"},
    "/api/v1/units/commands/unit": {},
}
PATHS = {
    "code": "no_right",
    "digest": "x",
    "name": "x",
    "id": "acc-nobody",
    "ident": "9" * 32,
    "suffix": "json",
    "kind": "tidak_ada",
    "size": "999999999",
    "level": "0",
    "index": "x999/999",
    "root": "9" * 15,
    "number": "9" * 15,
    "rule": "tidak-ada",
    "which": "tidak-ada",
}

# What stands in one path otherwise.
PLACES = {
    "/catat/orang/{pid}/{kind}": {"kind": "absence"},
    "/catat/unit/{code}/{kind}": {"kind": "formation"},
}


class Row(NamedTuple):
    """What is expected of one operation."""

    method: str
    path: str
    about: str
    status: int
    letters: tuple[str, ...]


def rows() -> list[Row]:
    """The table above."""
    found = []
    for line in ROWS.strip().splitlines():
        method, path, about, status, *letters = line.split()
        found.append(Row(method, path, about, int(status), tuple(letters)))
    for prefix, kinds, told in COMMANDS:
        about, status, *letters = told.split()
        found += [
            Row("POST", prefix + kind, about, int(status), tuple(letters)) for kind in kinds.split()
        ]
    return found
