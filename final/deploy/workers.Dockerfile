# Batch scoring on several machines: the service's image with Dask, for the scheduler and for the workers; compose.yaml
# starts both under the profile batch. A worker gets its model from who scores, and verifies it.
ARG API_IMAGE
FROM ${API_IMAGE}
USER 0
COPY deploy/requirements-dask.txt /srv/
# the service's lock has what both need, in the same versions, so --no-deps
RUN python3 -m venv /tools \
    && /tools/bin/pip --python /packages/bin/python install --no-cache-dir --no-deps --require-hashes \
        --only-binary :all: -r /srv/requirements-dask.txt \
    && rm -r /tools
COPY scoring /srv/scoring
RUN chmod -R a=rX /srv/scoring
USER 10001:10001
HEALTHCHECK NONE
CMD ["python", "-m", "distributed.cli.dask_scheduler", "--host", "0.0.0.0", "--no-dashboard"]
