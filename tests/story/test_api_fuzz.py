"""Whatever is sent to the API, it answers as it says it does, and no fault is ours."""

import schemathesis
from at_work import newsroom_at_work
from blank_database import blank_sqlite
from hypothesis import given, settings
from hypothesis import strategies as st
from newsroom import NEWSLETTER
from schemathesis import Case, GenerationMode
from schemathesis.checks import positive_data_acceptance

# As many as are asked here, so that not the limits answer.
GENEROUS = "[signup]\nper_ip_hour = 100000\nunstamped_per_ip_hour = 100000\n"
# What is an address, and which newsletters there are, no schema can tell: what fits it may still be refused.
UNTOLD = [positive_data_acceptance]
SIGN_UPS = st.fixed_dictionaries({"email": st.emails(), "newsletters": st.just([NEWSLETTER])})


def test_the_api_answers_as_it_says_and_never_with_a_fault_of_ours(tmp_path) -> None:
    statuses = set()
    with newsroom_at_work(tmp_path, blank_sqlite(tmp_path), more=GENEROUS) as newsroom:
        described = schemathesis.openapi.from_url(f"{newsroom.base}/api/openapi.json")
        asked = described["/subscriptions"]["POST"]
        fitting, unfit = map(asked.as_strategy, (GenerationMode.POSITIVE, GenerationMode.NEGATIVE))

        @given(fitting | unfit | st.builds(with_body, fitting, SIGN_UPS))
        @settings(max_examples=40, derandomize=True, database=None)
        def ask(case: Case) -> None:
            statuses.add(case.call_and_validate(excluded_checks=UNTOLD).status_code)

        ask()
    assert statuses >= {202, 422}


def with_body(case: Case, body: object) -> Case:
    case.body = body
    return case
