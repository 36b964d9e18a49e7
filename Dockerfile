# docker build -t lease-watcher:0.1.0 .
FROM python:3.13-slim AS build
WORKDIR /src
RUN pip install --no-cache-dir build
COPY pyproject.toml README.md LICENSE ./
COPY watcher watcher
RUN python -m build --wheel --outdir /dist .

FROM python:3.13-slim
COPY requirements.txt /tmp/requirements.txt
RUN --mount=type=bind,from=build,source=/dist,target=/dist \
    pip install --no-cache-dir --require-hashes -r /tmp/requirements.txt \
    && pip install --no-cache-dir --no-deps /dist/*.whl \
    && useradd --uid 10001 --no-create-home --shell /usr/sbin/nologin watcher
USER 10001
ENV PYTHONUNBUFFERED=1
ENTRYPOINT ["lease-watcher"]
CMD ["--help"]
