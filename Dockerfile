# docker build -t lease-watcher:0.1.0 --build-arg REVISION=$(git rev-parse HEAD) .
ARG PYTHON=3.13-slim-bookworm

FROM python:${PYTHON} AS build
WORKDIR /src
COPY pyproject.toml README.md LICENSE requirements.txt ./
COPY watcher watcher
RUN pip wheel --no-cache-dir --no-deps --wheel-dir /dist .
# What the program needs and nothing else, where no build tool is: neither pip nor hatchling comes along. The program
# comes first: pip adds nothing to a `bin` that is there, so its command is the only one.
RUN pip install --no-cache-dir --no-compile --no-deps --target /app /dist/*.whl \
    && pip install --no-cache-dir --no-compile --require-hashes --target /app -r requirements.txt
# The root file system is read-only when it runs: no bytecode could be kept then. It is
# believed without looking at the sources, whose times a layer may change.
RUN python -m compileall -q -j 0 --invalidation-mode unchecked-hash /app

FROM python:${PYTHON}
ARG REVISION=unknown
LABEL org.opencontainers.image.title="lease-watcher" \
      org.opencontainers.image.description="Gives back unused leased accounts just before they renew" \
      org.opencontainers.image.version="0.1.0" \
      org.opencontainers.image.revision="${REVISION}" \
      org.opencontainers.image.licenses="MIT"
RUN pip uninstall --yes --quiet --root-user-action ignore pip \
    && rm -rf /root/.cache /usr/local/lib/python3*/ensurepip
COPY --from=build /app /app
COPY --from=build /src/LICENSE /app/LICENSE
# People's commands are typed by the same name as on a host. Each turn has threads of its own: with an arena of glibc's for
# each of them, what they gave back stays in pieces, and the daemon keeps growing for hours (`make soak`).
ENV PYTHONPATH=/app PATH=/app/bin:$PATH PYTHONDONTWRITEBYTECODE=1 PYTHONUNBUFFERED=1 MALLOC_ARENA_MAX=2
# Any other user works as well, also one that has no name and no home.
USER 10001:10001
WORKDIR /
ENTRYPOINT ["lease-watcher"]
CMD ["--help"]
