# make demo    install into .venv and run the main job
# make test    install and run the tests
# make slow    the tests that it leaves out
# make check   format, lint, types, architecture
# make truth   the long truth table, written to docs/truth.md
# make restarts  whether worlds restarted from their records are told apart from those that go on, written to docs/restarts.md
# make fuzz    10,000 damaged scenarios and 1,000 damaged changes, written to docs/fuzz.md
# make parity  2,000 random scenarios on both engines, the accounts of 1,000 with all parts, docs/parity.md: 20 minutes
# make readme   put the demo's table, verdict and pictures into the README
# make coverage  lines of src/ that the tests run
# make docs    the table of every parameter, docs/model.md
# make pages   the pictures of docs/junk.md, docs/loop.md, docs/nurture.md, docs/people.md, docs/subscriptions.md, docs/delivery.md, docs/customers.md and docs/cash.md
# make levers  what seven levers against junk bring one by one and at once, experiments/junk_leads/result.md
# make alignment  which promises a closed loop keeps, experiments/alignment/result.md
# make subscriptions  who should look after customers, experiments/subscription_software/result.md
# make partners  what comes first for partners who sell and deliver, experiments/partners_who_deliver/result.md
# make repeat-purchase  who buys again: fitted to 39 weeks and scored on the next 39, experiments/repeat_purchase/result.md
# make crm-sales  a quarter of a hardware maker forecast from its pipeline and scored, experiments/crm_sales
# make loan-leads  a month of loan applications forecast from those open and scored, experiments/loan_leads
# make olist-leads  March of a marketplace's leads scored, April and May forecast, experiments/olist
# make installer  what pays where jobs take several people, experiments/installer/result.md
# make bench   speed beside other engines, benchmarks/results.md and docs/performance.md
# make coverage-table  how often intervals hold and verdicts are wrong, docs/coverage.md: 15 minutes
# make measured  how often what is measured of a firm, and what is forecast, holds what is true, docs/measured.md: half an hour
# make guarantees  how often decisions are wrong, docs/guarantees.md
# make optimise  plans found beside equal split and random search, benchmarks/optimise.md
# make crn     what common random numbers save, docs/common_random_numbers.md
# make golden  what a report says of two presets, tests/unit/golden: read the diff
# make screenshots  pictures of pages in a browser, docs/pictures
# make notebook  open the notebooks

PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin

.PHONY: demo test slow check truth restarts fuzz parity readme coverage marketplace levers alignment subscriptions partners repeat-purchase crm-sales loan-leads olist-leads installer bench docs pages crn guarantees optimise measured coverage-table golden screenshots notebook clean

demo: $(VENV)/installed
	$(BIN)/funnelsim demo --out demo
	@echo "To call funnelsim yourself: source $(BIN)/activate, or type $(BIN)/funnelsim in place of funnelsim."

test: $(VENV)/installed-dev
	$(BIN)/pytest -q -n 2 --dist worksteal -m "not slow"

slow: $(VENV)/installed-dev
	$(BIN)/pytest -q -n 2 --dist worksteal -m slow

check: $(VENV)/installed-dev
	$(BIN)/ruff format --check src tests experiments benchmarks docs notebooks
	$(BIN)/ruff check src tests experiments benchmarks docs notebooks
	$(BIN)/mypy
	$(BIN)/mypy --strict experiments/marketplace_sellers
	$(BIN)/mypy --strict experiments/junk_leads experiments/alignment
	$(BIN)/mypy --strict experiments/subscription_software experiments/partners_who_deliver
	$(BIN)/mypy --strict experiments/installer
	$(BIN)/mypy --strict --explicit-package-bases experiments/repeat_purchase
	$(BIN)/mypy --strict --explicit-package-bases experiments/crm_sales experiments/loan_leads experiments/olist
	$(BIN)/mypy --strict --exclude crn.py benchmarks
	$(BIN)/lint-imports

truth: $(VENV)/installed-dev
	$(BIN)/python -m tests.analytic

restarts: $(VENV)/installed-dev
	$(BIN)/python -m tests.analytic.restarting

fuzz: $(VENV)/installed-dev
	$(BIN)/python -m tests.property.mutants

parity: $(VENV)/installed-dev
	$(BIN)/python -m tests.property.parity

readme: demo
	$(BIN)/python docs/readme.py --demo demo

# Compiled code is invisible to coverage: a second run, of the tests that reach it, has it interpreted.
coverage: $(VENV)/installed-dev
	$(BIN)/pytest -q -n 2 --dist worksteal -m "not slow" --cov --cov-report=
	NUMBA_DISABLE_JIT=1 $(BIN)/pytest -q -n 2 --dist worksteal -m "not slow" --cov --cov-append \
		--cov-report=term --cov-fail-under=95 tests/property/test_parity.py tests/property/test_agenda_and_queues.py \
		tests/property/test_engine_properties.py tests/property/test_blocks.py \
		tests/unit/test_metrics.py tests/unit/test_distributions.py tests/unit/test_uncertainties.py

marketplace: $(VENV)/installed-dev
	$(BIN)/python experiments/marketplace_sellers/run.py

bench: $(VENV)/installed-bench
	$(BIN)/python -m benchmarks

docs: $(VENV)/installed
	$(BIN)/python docs/model.py

pages: $(VENV)/installed
	for page in junk loop nurture people subscriptions delivery customers cash; do $(BIN)/python docs/$$page.py || exit 1; done

levers: $(VENV)/installed
	$(BIN)/python -m experiments.junk_leads.levers

alignment: $(VENV)/installed
	$(BIN)/python -m experiments.alignment.claims

subscriptions: $(VENV)/installed
	$(BIN)/python -m experiments.subscription_software.farmers

partners: $(VENV)/installed
	$(BIN)/python -m experiments.partners_who_deliver.partners

repeat-purchase: $(VENV)/installed
	$(BIN)/python -m experiments.repeat_purchase.cdnow

crm-sales: $(VENV)/installed
	$(BIN)/python -m experiments.crm_sales.score development
	$(BIN)/python -m experiments.crm_sales.score scored

loan-leads: $(VENV)/installed
	$(BIN)/python -m experiments.loan_leads.score development
	$(BIN)/python -m experiments.loan_leads.score scored

olist-leads: $(VENV)/installed
	$(BIN)/python -m experiments.olist.score march
	$(BIN)/python -m experiments.olist.score april_and_may

installer: $(VENV)/installed
	$(BIN)/python -m experiments.installer.crews

guarantees: $(VENV)/installed
	$(BIN)/python -m benchmarks.guarantees

optimise: $(VENV)/installed-dev
	$(BIN)/python -m benchmarks.optimise

crn: $(VENV)/installed
	$(BIN)/python benchmarks/crn.py

measured: $(VENV)/installed-dev
	$(BIN)/python -m benchmarks.measured

coverage-table: $(VENV)/installed
	$(BIN)/python benchmarks/coverage_table.py

golden: $(VENV)/installed-dev
	$(BIN)/python -m tests.unit.report_golden

screenshots: $(VENV)/installed-dev
	$(BIN)/python -m docs.screenshots

notebook: $(VENV)/installed-notebook
	$(BIN)/jupyter notebook notebooks

clean:
	rm -rf $(VENV) demo

$(VENV)/python:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "funnelsim needs Python 3.11 or newer; name one with: make PYTHON=python3.11 ...")'
	$(PYTHON) -m venv $(VENV)
	@touch $@

$(VENV)/installed: $(VENV)/python pyproject.toml
	$(BIN)/pip install --quiet --disable-pip-version-check --editable .
	@touch $@

$(VENV)/installed-notebook: $(VENV)/python pyproject.toml
	@$(BIN)/pip install --quiet --disable-pip-version-check --editable '.[notebook]' || \
		{ echo "The notebooks need the extra [notebook], which could not be installed: pip install '.[notebook]'"; exit 1; }
	@touch $@

$(VENV)/installed-bench: $(VENV)/python pyproject.toml
	@$(BIN)/pip install --quiet --disable-pip-version-check --editable '.[bench,cluster]' || \
		{ echo "The other engines need the extras [bench] and [cluster], which could not be installed: pip install -e '.[bench,cluster]'"; exit 1; }
	@touch $@

$(VENV)/installed-dev: $(VENV)/python pyproject.toml
	$(BIN)/pip install --quiet --disable-pip-version-check --editable '.[dev,mining,bench]'
	@touch $@
