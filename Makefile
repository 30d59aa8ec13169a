# Everything that is done with a checkout. `make help` lists it.
# Node 24 comes from npm (node_modules/.bin), so any Node >= 20 on the PATH will do to begin with.

SHELL := /bin/bash
.SHELLFLAGS := -eu -o pipefail -c
.DEFAULT_GOAL := help
MAKEFLAGS += --no-builtin-rules

# What npm runs while it replaces node_modules must not come from there.
PATH_OF_MACHINE := $(PATH)
export PATH := $(CURDIR)/node_modules/.bin:$(PATH)

BIN := node_modules/.bin
NODE := $(BIN)/node
INSTALLED := node_modules/.installed
BUNDLE := dist/agent-sre.mjs
SOURCES := $(shell find src -name '*.ts' 2>/dev/null)

.PHONY: help
help: ## List what can be done
	@awk -F ':.*## ' '/^[a-z0-9-]+:.*## / { printf "  %-16s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

.PHONY: demo
demo: ready build ## Watch an alert become a verified fix on a real cluster (YES=1 approves by itself)
	@YES=$(YES) $(NODE) test/demo/main.ts

.PHONY: demo-down
demo-down: ready ## Take the demo's cluster away
	@$(NODE) test/demo/down.ts

.PHONY: test
test: ready build ## Unit and integration tests, on a real API server
	@$(BIN)/vitest run --project unit --project integration $(VITEST_ARGS)

.PHONY: check
check: ready ## Types, lint, format, dead code
	@echo 'types';  $(BIN)/tsc
	@echo 'lint';   $(BIN)/oxlint --deny-warnings
	@echo 'format'; $(BIN)/biome check .
	@echo 'unused'; $(BIN)/knip

.PHONY: generate
generate: ready ## Write config/ and docs/api.md from src/crds
	@$(NODE) src/crds/generate/main.ts

.PHONY: verify
verify: ready ## Fail when a generated file differs from its source
	@$(NODE) src/crds/generate/main.ts --check

.PHONY: eval
eval: ready ## Diagnose a folder of snapshots and score it (DATA=folder OUT=predictions.jsonl HEALTHY=n)
	@$(NODE) test/eval/main.ts --data "$(DATA)" --out "$(OUT)" --healthy "$(HEALTHY)"

.PHONY: eval-healthy
eval-healthy: ready ## Collect thirty healthy namespaces from a real node, and count what alarms (OUT=folder keeps them)
	@$(NODE) test/eval/collectHealthy.ts --out "$(OUT)"

.PHONY: eval-grouping
eval-grouping: ready ## Group labelled storms of alerts and score it by kind (SEED=n makes other storms, DATA=folder scores your own)
	@$(NODE) test/storms/main.ts --seed "$(SEED)" --data "$(DATA)" --out "$(OUT)"

.PHONY: conformance
conformance: ready ## MCP's own conformance suite against our endpoint, both revisions of the protocol
	@$(NODE) test/conformance/main.ts

.PHONY: bench
bench: ready build ## Measure the loop and the controller runtime, beside what they are compared with
	@$(NODE) test/bench/loop/main.ts
	@$(MAKE) --no-print-directory bench-runtime

.PHONY: bench-git
bench-git: ready ## A plan's edit of a repository of 200 MB and of 1 GB, from nothing, beside plain git clone
	@$(NODE) test/bench/git/main.ts $(BENCH_ARGS)

.PHONY: bench-remediation
bench-remediation: ready ## From the engine's report to the verification, and from a fix that fails to its being taken back and verified
	@$(NODE) test/bench/remediation/main.ts $(BENCH_ARGS)

.PHONY: bench-runtime
bench-runtime: ready ## The controller runtime beside @dot-i/k8s-operator and Go's controller-runtime
	@$(NODE) test/bench/runtime/main.ts $(BENCH_ARGS)

.PHONY: bench-analysis
bench-analysis: ready ## Log templates on published data (DATA=folder), beside Drain3 from PyPI
	@$(NODE) test/bench/analysis/main.ts $(DATA) $(BENCH_ARGS)

.PHONY: bench-sources
bench-sources: ready ## What each source's adapter takes over the raw HTTP calls that it makes
	@$(NODE) test/bench/sources/main.ts

.PHONY: bench-intake
bench-intake: ready build ## Alerts: a burst beside the raw limit, a steady stream (BENCH_ARGS='--minutes 10'), hostile bodies
	@$(NODE) test/bench/intake/main.ts $(BENCH_ARGS)

.PHONY: bench-logs
bench-logs: ready ## analyze_logs on 150,000 lines, generated and published (DATA=folder); BENCH_ARGS=--drain3 beside Drain3
	@$(NODE) test/bench/interfaces/logs.ts $(DATA) $(BENCH_ARGS)

.PHONY: bench-interfaces
bench-interfaces: ready build ## REST: each route at 50 requests a second, the memory of 1,000 open streams; kubectl_get beside npm's Kubernetes servers
	@$(NODE) test/bench/interfaces/main.ts $(BENCH_ARGS)
	@$(NODE) test/bench/interfaces/cluster.ts

.PHONY: e2e
e2e: ready build ## All end-to-end scenes on a real cluster: the loop, the diagnosis of live faults, models, Ollama
	@$(BIN)/vitest run --project e2e $(VITEST_ARGS)

.PHONY: e2e-programs
e2e-programs: ready build ## A live Incident over MCP by the SDK's client: found, followed, asked about, another fix proposed, approval refused
	@$(BIN)/vitest run --project e2e test/e2e/programs.test.ts $(VITEST_ARGS)

.PHONY: e2e-smoke
e2e-smoke: ready build ## The demo's two acts, unattended, every step checked
	@$(BIN)/vitest run --project e2e test/e2e/smoke.test.ts $(VITEST_ARGS)

.PHONY: e2e-remediation
e2e-remediation: ready build ## Faults on real pods, each to a verified fix: every action in Git, every owner, people who differ
	@$(BIN)/vitest run --project e2e test/e2e/remediation*.test.ts $(VITEST_ARGS)

# About ten minutes, and Ollama's build before the first run; the gate (.ci/run) has the loop alone.
.PHONY: e2e-diagnosis
e2e-diagnosis: ready build ## Faults on real pods and models of every character; prints what each diagnosis took
	@$(BIN)/vitest run --project e2e test/e2e/faults.test.ts test/e2e/models.test.ts $(VITEST_ARGS)

.PHONY: cluster-up
cluster-up: ready ## Start a test cluster (LEVEL=api|sim|real, WITH=prometheus,flux,...)
	@$(NODE) test/cluster/cli.ts up $(if $(LEVEL),--level $(LEVEL)) $(if $(WITH),--with $(WITH))

.PHONY: cluster-down
cluster-down: ready ## Stop it, and leave nothing behind
	@$(NODE) test/cluster/cli.ts down

.PHONY: cluster-status
cluster-status: ready ## Show what runs, from where, and whether it is well
	@$(NODE) test/cluster/cli.ts status

.PHONY: clean
clean: ## Remove what was built in this checkout (the cache of test binaries stays)
	@rm -rf dist coverage node_modules

.PHONY: build
build: $(BUNDLE) ## Bundle the operator and the kubectl plugin

$(BUNDLE): $(SOURCES) $(INSTALLED) package.json
	@npm run --silent build

# Says at once what is missing, then installs what npm brings.
.PHONY: ready
ready: $(INSTALLED)

$(INSTALLED): package-lock.json
	@PATH='$(PATH_OF_MACHINE)' hack/preflight.sh
	@echo 'installing packages'
	@PATH='$(PATH_OF_MACHINE)' npm ci --no-progress --loglevel=error
	@touch $@
