# What can be done here. Each target is a script that can be read: scripts/TARGET.sh
.PHONY: help run test build lint bench bench-loop bench-planning bench-sheets bench-streams bench-web fmt generate screenshots clean

help: ## what can be done here
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-12s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

run: ## build, make the demonstration district, serve it on http://127.0.0.1:8080
	@scripts/run.sh

test: ## every check, on SQLite and on a real PostgreSQL, with a real browser
	@scripts/test.sh

build: ## bin/sanzhi, one static file with its face inside
	@scripts/build.sh

lint: ## golangci-lint, the face's linter, licences of all modules
	@scripts/lint.sh

bench: ## the benchmarks of all rooms
	@scripts/bench.sh

bench-loop: ## whole five-step loops over HTTP, with a probe of the disk before and after
	@scripts/bench-loop.sh

bench-sheets: ## 10,000 rows of each register as an Excel file, and hostile files
	@scripts/bench-sheets.sh

bench-planning: ## grids beside METIS and sites beside HiGHS, where they can be installed, judged by one scorer
	@scripts/bench-planning.sh

bench-web: ## the desk in a browser: a tree of 500,000 places, a map, lists and search over a million cases
	@scripts/bench-web.sh

bench-streams: ## ten thousand open pages, and how soon all are told
	@scripts/bench-streams.sh

fmt: ## gofmt, and the face's formatter
	@scripts/fmt.sh

generate: ## what is made from the code: api/openapi.json and its TypeScript types
	@scripts/generate.sh

screenshots: ## the pictures of docs/images, from the demonstration district
	@scripts/screenshots.sh

clean: ## what was built; data stay
	@scripts/clean.sh
