# What looks at the log of served rows again and again: the service's image with what judging them needs; compose.yaml
# starts it under the profile monitoring. The champion and the tables that it is compared with are mounted.
ARG API_IMAGE
FROM ${API_IMAGE}
USER 0
COPY deploy/requirements-watch.txt /srv/
# the service's lock has what both need, in the same versions, so --no-deps; of its scipy only a part is left
RUN python3 -m venv /tools \
    && /tools/bin/pip --python /packages/bin/python uninstall --quiet --yes scipy \
    && /tools/bin/pip --python /packages/bin/python install --no-cache-dir --no-deps --require-hashes \
        --only-binary :all: -r /srv/requirements-watch.txt \
    && rm -r /tools
COPY report /srv/report
COPY watch /srv/watch
RUN chmod -R a=rX /srv/report /srv/watch
USER 10001:10001
HEALTHCHECK NONE
CMD ["python", "-m", "watch", "--help"]
