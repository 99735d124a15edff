# Two stages from one base: the first builds, the second runs and holds no build tool and no source tree.
# Steps are proved without a container engine by scripts/prove_dockerfile.py, which knows only the
# instructions and forms used here.

FROM python:3.11-slim-bookworm AS builder
ENV PIP_NO_CACHE_DIR=1 PIP_DISABLE_PIP_VERSION_CHECK=1
WORKDIR /source
COPY requirements.lock requirements-build.lock ./
RUN python -m venv /opt/build \
 && /opt/build/bin/pip install --require-hashes --only-binary :all: -r requirements-build.lock
RUN python -m venv /opt/digest \
 && /opt/digest/bin/pip install --require-hashes --only-binary :all: -r requirements.lock
COPY pyproject.toml README.md LICENSE ./
COPY digest digest/
COPY subscribers subscribers/
COPY templates templates/
RUN /opt/build/bin/hatchling build --target wheel --directory /dist \
 && /opt/digest/bin/pip install --no-index --no-deps /dist/*.whl \
 && /opt/digest/bin/pip uninstall --yes pip setuptools

FROM python:3.11-slim-bookworm
LABEL org.opencontainers.image.title="headline-digest" \
      org.opencontainers.image.description="A newsroom's daily headlines by email" \
      org.opencontainers.image.licenses="MIT"
ENV PATH=/opt/digest/bin:/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin \
    PYTHONDONTWRITEBYTECODE=1 PYTHONUNBUFFERED=1
RUN groupadd --gid 10001 digest \
 && useradd --uid 10001 --gid 10001 --home-dir /data --no-create-home --shell /usr/sbin/nologin digest \
 && install --directory --owner=digest --group=digest --mode=0750 /data
COPY --from=builder /opt/digest /opt/digest
USER 10001:10001
WORKDIR /data
VOLUME ["/data"]
# Healthy: the pages answer, and so does the database, with the schema of this version.
HEALTHCHECK --interval=60s --timeout=10s --start-period=30s --retries=3 CMD ["python", "-c", "import http.client, sys\ntry:\n    asked = http.client.HTTPConnection('127.0.0.1', 8000, timeout=8)\n    asked.request('GET', '/readyz')\n    sys.exit(asked.getresponse().status != 200)\nexcept OSError as error:\n    sys.exit(f'not served: {error}')"]
EXPOSE 8000
ENTRYPOINT ["digest"]
CMD ["serve", "--host", "0.0.0.0", "--port", "8000"]
