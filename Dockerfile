# The application alone; PostgreSQL and Valkey are their own official images (docker-compose.yml).
FROM python:3.13-slim AS packages

ENV UV_PYTHON_DOWNLOADS=never UV_LINK_MODE=copy UV_COMPILE_BYTECODE=1
RUN pip install --no-cache-dir uv
COPY requirements.txt /tmp/requirements.txt
RUN python -m venv /venv && VIRTUAL_ENV=/venv uv pip sync --require-hashes /tmp/requirements.txt

FROM python:3.13-slim

RUN useradd --system --create-home --uid 10001 lokisa \
    && install -d -o lokisa -g lokisa /data
COPY --from=packages /venv /venv
WORKDIR /app
COPY --chown=root:root . /app
RUN /venv/bin/python -m common.catalogues.compiling

ENV PATH=/venv/bin:$PATH \
    PYTHONUNBUFFERED=1 \
    PYTHONDONTWRITEBYTECODE=1 \
    HOST=0.0.0.0 \
    LOKISA_DATA_DIR=/data \
    DJANGO_SETTINGS_MODULE=ticketing.settings.production
USER lokisa
VOLUME /data
EXPOSE 8000 8001
# Which process a container is: web, stream, worker, beat.
ENTRYPOINT ["python", "manage.py"]
CMD ["run", "web"]
