# haproxy, prometheus and weed from Debian's packages and PyPI, for where their own images cannot be pulled; see stand_in.sh.
ARG BASE_IMAGE
FROM ${BASE_IMAGE}
RUN apt-get update -qq \
    && DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends haproxy prometheus >/dev/null \
    && rm -rf /var/lib/apt/lists/* /usr/share/doc/* \
    && install -d -o 65534 -g 65534 /prometheus
COPY requirements.txt /
RUN python3 -m venv /tools \
    && /tools/bin/pip install --quiet --no-cache-dir --require-hashes -r /requirements.txt \
    && ln -s /tools/bin/weed /usr/bin/weed
USER 65534:65534
