# The page of any product's service; page_image.sh builds it, from the repository's root.
ARG BASE_IMAGE=python:3.11-slim

FROM ${BASE_IMAGE} AS code
COPY final/page/*.py /srv/page/
RUN chmod -R a=rX /srv && python3 -m compileall -q /srv

FROM ${BASE_IMAGE} AS page
WORKDIR /srv
ENV PATH=/packages/bin:$PATH HOME=/tmp PYTHONDONTWRITEBYTECODE=1 PYTHONUNBUFFERED=1 PYTHONPATH=/srv
ENV API_URL=http://proxy:8080
EXPOSE 8501
HEALTHCHECK --interval=5s --timeout=3s --start-period=60s --retries=3 CMD ["python", "-c", \
    "import urllib.request as r; r.build_opener(r.ProxyHandler({})).open('http://127.0.0.1:8501/_stcore/health', timeout=2)"]
CMD ["streamlit", "run", "page/app.py", "--server.address=0.0.0.0", "--server.port=8501", "--server.headless=true", \
    "--server.fileWatcherType=none", "--browser.gatherUsageStats=false", "--client.toolbarMode=minimal"]
COPY lab3/page-requirements.txt /
RUN python3 -m venv /tools && python3 -m venv --without-pip /packages \
    && /tools/bin/pip --python /packages/bin/python install --no-cache-dir --no-compile --no-deps --require-hashes \
        --only-binary :all: -r /page-requirements.txt \
    && find /packages -type d -name tests -prune -exec rm -r {} + \
    && python3 -m compileall -q -j 0 /packages \
    && rm -r /tools
USER 10001:10001
COPY --from=code /srv /srv
ARG VERSION=unknown REVISION=unknown CREATED=unknown SOURCE=unknown
LABEL org.opencontainers.image.title="prediction-page" \
      org.opencontainers.image.version=$VERSION \
      org.opencontainers.image.revision=$REVISION \
      org.opencontainers.image.created=$CREATED \
      org.opencontainers.image.source=$SOURCE
