# Yiwang. `make help` lists the targets; docs/map.md says where to begin reading.
B        ?= build
V        ?=
Q        := $(if $(V),,@)
# The list of rooms, in the order in which they may use each other: the one place that names them all (docs/map.md).
ROOMS    := $(strip $(foreach r,org person item form case flow cert seal pay hall voice note link watch portal ops,$(if $(wildcard src/rooms/$r/*.c),$r)))
ifeq ($(origin CC),default)
CC       := gcc
endif
PKGS     := libmicrohttpd sqlite3 libpq libcrypto jansson libcurl cairo pangocairo libqrencode libzip libseccomp
TOOLS_OK := $(shell command -v pkg-config >/dev/null && pkg-config --exists $(PKGS) && echo yes)

WARN     := -Wall -Wextra -Wconversion -Wshadow -Wvla -Wformat=2 -Wstrict-prototypes -Wmissing-prototypes
HARDEN   := -fstack-protector-strong -D_FORTIFY_SOURCE=2 -fPIE -fstack-clash-protection
SAN      ?=
ifeq ($(SAN),address)
SANFLAGS := -fsanitize=address,undefined -fno-omit-frame-pointer -fno-sanitize-recover=undefined
HARDEN   := -fPIE
else ifeq ($(SAN),thread)
SANFLAGS := -fsanitize=thread
HARDEN   := -fPIE
endif
DEBUG    := $(if $(SAN)$(DEV),-DYW_DEBUG)
CFLAGS   := -std=c11 -D_GNU_SOURCE -O2 -g $(WARN) $(if $(DEV),-Werror) $(HARDEN) $(SANFLAGS) $(DEBUG)
CPPFLAGS := -Isrc -I$(B)/gen $(shell pkg-config --cflags $(PKGS) 2>/dev/null | sed 's/-I/-isystem /g') -include src/base/banned.h
LDFLAGS  := -pie -Wl,-z,relro,-z,now $(SANFLAGS)
LDLIBS   := $(shell pkg-config --libs $(PKGS) 2>/dev/null) -largon2 -lz -lm -lpthread

room_dir  = $(if $(filter core web,$1),src/$1,src/rooms/$1)
SQL_ROOMS := core:src/core $(foreach r,$(ROOMS),$r:src/rooms/$r)
VIEW_ROOMS:= web:src/web core:src/core $(foreach r,$(ROOMS),$r:src/rooms/$r)

SRC      := $(wildcard src/base/*.c src/db/*.c src/web/*.c src/core/*.c src/press/*.c src/verify/*.c) \
            $(foreach r,$(ROOMS),$(wildcard src/rooms/$r/*.c)) $(wildcard src/app/*.c)
GEN_IN   := $(wildcard $(foreach d,src/core src/web $(addprefix src/rooms/,$(ROOMS)),$d/*.sql $d/schema/*.sql $d/*.view $d/html/*.html $d/text/*.txt))
OBJ      := $(patsubst src/%.c,$(B)/obj/%.o,$(SRC))
LIB_OBJ  := $(filter-out $(B)/obj/app/main.o,$(OBJ))
EMBEDDED := $(sort $(wildcard src/web/assets/*))
DEMO     := $(sort $(shell find demo -name '*.json' -o -name '*.csv' 2>/dev/null) $(wildcard src/rooms/org/calendar/*.csv))

.PHONY: all run test quick bench torture fuzz load lint fmt clean install deb help check-packages
all: check-packages $(B)/yiwang

help:
	@sed -n 's/^## //p' Makefile

check-packages:
ifneq ($(TOOLS_OK),yes)
	@echo "Packages are missing. On Debian 12:"; echo "  apt-get install $$(sed 's/[ #].*//' tools/packages.txt | tr '\n' ' ')"; exit 1
endif

$(B)/host/sqlc: tools/sqlc.c
	@mkdir -p $(@D)
	$(CC) -std=c11 -D_GNU_SOURCE -O1 -g $(WARN) $< -o $@ -lsqlite3 -lcrypto
$(B)/host/viewc: $(wildcard tools/viewc*.c tools/viewc*.h)
	@mkdir -p $(@D)
	$(CC) -std=c11 -D_GNU_SOURCE -O1 -g $(WARN) $(filter %.c,$^) -o $@
$(B)/host/embed: tools/embed.c
	@mkdir -p $(@D)
	$(CC) -std=c11 -D_GNU_SOURCE -O1 -g $(WARN) $< -o $@ -lz -lcrypto

node_modules/.stamp: package-lock.json
	npm ci --no-audit --no-fund --loglevel=error && touch $@

# The compilers rewrite only what changed; the stamps keep make from asking them again.
DBTEST   := src/db/test/room
$(B)/gen/sql.stamp: $(B)/gen/rooms.c $(B)/host/sqlc $(filter %.sql,$(GEN_IN)) $(wildcard $(DBTEST)/*.sql $(DBTEST)/schema/*.sql)
	@mkdir -p $(B)/gen/dbtest
	$(Q)$(B)/host/sqlc $(B)/gen/dbtest shop:$(DBTEST)
	$(Q)$(B)/host/sqlc $(B)/gen $(SQL_ROOMS) && touch $@
$(B)/gen/view.stamp: $(B)/gen/rooms.c $(B)/host/viewc $(filter %.view %.html %.txt,$(GEN_IN)) node_modules/.stamp
	@mkdir -p $(B)/gen
	$(Q)$(B)/host/viewc $(B)/gen --icons node_modules/bootstrap-icons/icons $(VIEW_ROOMS) && touch $@
$(B)/gen/static_files.c: $(B)/host/embed $(EMBEDDED) node_modules/.stamp
	@mkdir -p $(B)/gen
	$(Q)$(B)/host/embed $@ $(foreach f,$(EMBEDDED),/static/$(notdir $f)=$f) \
	  /static/bootstrap.css=node_modules/bootstrap/dist/css/bootstrap.min.css /static/htmx.js=node_modules/htmx.org/dist/htmx.min.js
$(B)/gen/demo_files.c: $(B)/host/embed $(DEMO)
	@mkdir -p $(B)/gen
	$(Q)$(B)/host/embed --table demo_files $@ $(foreach f,$(DEMO),$f=$f)

# The rooms' records, in order.
.PHONY: force
$(B)/gen/rooms.c: force
	@mkdir -p $(@D)
	@{ echo '#include "core/room.h"'; for r in $(ROOMS); do echo "extern const struct room $${r}_room;"; done; \
	  echo 'const struct room *const rooms[] = {'; for r in $(ROOMS); do echo "    &$${r}_room,"; done; \
	  echo '};'; echo 'const size_t rooms_n = sizeof rooms / sizeof *rooms;'; } > $@.new; cmp -s $@.new $@ || cp $@.new $@; rm -f $@.new
GEN_C   = $(B)/gen/rooms.c $(patsubst %,$(B)/gen/%_sql.c,$(foreach p,$(SQL_ROOMS),$(if $(wildcard $(lastword $(subst :, ,$p))/*.sql),$(firstword $(subst :, ,$p))))) \
          $(patsubst %,$(B)/gen/%_view.c,$(foreach p,$(VIEW_ROOMS),$(if $(wildcard $(lastword $(subst :, ,$p))/*.view),$(firstword $(subst :, ,$p))))) \
          $(B)/gen/schema.c $(B)/gen/texts.c $(B)/gen/static_files.c $(B)/gen/demo_files.c
GEN_OBJ  = $(GEN_C:.c=.o)
# Sources and headers hang on the stamps with an empty recipe: make looks at their times again after the compiler has run.
$(patsubst %.c,%.h,$(filter %_sql.c,$(GEN_C))) $(filter %_sql.c,$(GEN_C)) $(B)/gen/schema.c: $(B)/gen/sql.stamp ;
$(patsubst %.c,%.h,$(filter %_view.c,$(GEN_C))) $(filter %_view.c,$(GEN_C)) $(B)/gen/texts.c $(B)/gen/texts.h: $(B)/gen/view.stamp ;

$(B)/gen/%.o: $(B)/gen/%.c
	@echo "  cc    $<"
	$(Q)$(CC) $(CPPFLAGS) $(CFLAGS) -Wno-missing-prototypes -MMD -c $< -o $@
$(B)/obj/rooms/%.o: src/rooms/%.c | $(B)/gen/sql.stamp $(B)/gen/view.stamp
	@mkdir -p $(@D)
	@echo "  cc    $<"
	$(Q)$(CC) -DYW_ROOM $(CPPFLAGS) $(CFLAGS) -MMD -c $< -o $@
$(B)/obj/%.o: src/%.c | $(B)/gen/sql.stamp $(B)/gen/view.stamp
	@mkdir -p $(@D)
	@echo "  cc    $<"
	$(Q)$(CC) $(CPPFLAGS) $(CFLAGS) -MMD -c $< -o $@

$(B)/libyiwang.a: $(LIB_OBJ) $(GEN_OBJ)
	@rm -f $@ && ar rcs $@ $^
$(B)/yiwang: $(B)/obj/app/main.o $(B)/libyiwang.a
	@echo "  link  $@"
	$(Q)$(CC) $(LDFLAGS) $< $(B)/libyiwang.a $(LDLIBS) -o $@

# ---- tests: every src/**/test/test_*.c is a cmocka program of its own ----
UNIT_SRC := $(wildcard src/base/test/test_*.c src/db/test/test_*.c src/web/test/test_*.c src/core/test/test_*.c src/press/test/test_*.c src/verify/test/test_*.c $(foreach r,$(ROOMS),src/rooms/$r/test/test_*.c))
UNIT     := $(patsubst src/%.c,$(B)/unit/%,$(UNIT_SRC))
$(B)/unit/%: src/%.c $(B)/libyiwang.a
	@mkdir -p $(@D)
	@echo "  test  $<"
	$(Q)$(CC) $(CPPFLAGS) $(CFLAGS) -Wno-missing-prototypes -MMD -MF $@.d $< $(B)/libyiwang.a $(LDFLAGS) -lcmocka $(LDLIBS) -o $@
.PHONY: unit
unit: $(UNIT)

-include $(shell find $(B) -name '*.d' 2>/dev/null)

DATA ?= demo-data
PORT ?= 8080
## make            builds build/yiwang
## make run        builds, creates the demo province on first use, serves it on 127.0.0.1:8080 (PORT=, DATA=)
run: all
	@[ -e "$(DATA)/yiwang.db" ] || $(B)/yiwang init --data "$(DATA)" --demo hainan
	@echo; echo "  http://127.0.0.1:$(PORT)/      demo accounts: docs/demo.md (password Demo-2026-hainan)"; echo "  Ctrl+C stops it."; echo
	@exec $(B)/yiwang serve --data "$(DATA)" --listen 127.0.0.1:$(PORT)
## make test       every suite, closes with N passed, N failed, N skipped
test: all
	@sh test/run.sh full $(B)
## make quick      unit tests and transcripts, under a minute
quick: all
	@sh test/run.sh quick $(B)
## make bench      each bar as: name measured bar ok|short|not yet
bench: all
	@node bench/bench.mjs $(B)
## make torture fuzz load   the long forms (SECONDS= SEED=)
torture: all
	@sh test/run.sh torture $(B)
fuzz load:
	@echo "$@: not yet (comes with the fault laboratory)"; exit 1
## make lint       warnings as errors, clang-tidy or cppcheck, the source checker
$(B)/host/check: tools/check.c
	@mkdir -p $(@D)
	$(CC) -std=c11 -D_GNU_SOURCE -O1 -g $(WARN) $< -o $@
lint:
	$(MAKE) B=build-lint DEV=1 all build-lint/host/check
	cppcheck --std=c11 --language=c --enable=warning,performance,portability --inline-suppr --error-exitcode=1 --quiet -j2 \
	  --suppress=missingIncludeSystem --suppress='*:*/test/*' -DYW_ROOM=1 --include=tools/cppcheck.h -Isrc -Ibuild-lint/gen src tools
	build-lint/host/check $(ROOMS)
## make fmt        clang-format
fmt:
	clang-format -i $(shell git ls-files '*.c' '*.h')
clean:
	rm -rf build build-*
## make install DESTDIR=   program, units, nginx example
install: all
	install -D -m 755 $(B)/yiwang $(DESTDIR)/usr/bin/yiwang
	install -D -m 644 README.md $(DESTDIR)/usr/share/doc/yiwang/README.md
deb:
	@echo "deb: not yet"; exit 1
