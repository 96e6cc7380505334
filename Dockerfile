# One image for every service; docker-compose.yml says which command each runs.
FROM python:3.13-slim AS build
WORKDIR /src
COPY requirements.lock ./
RUN python -m venv /opt/palimpsest \
 && /opt/palimpsest/bin/pip install --no-cache-dir --require-hashes --only-binary :all: -r requirements.lock
COPY pyproject.toml setup.py README.md LICENSE ./
COPY crawler crawler
COPY store store
COPY web web
COPY jobs jobs
RUN apt-get update && apt-get install -y --no-install-recommends gcc libc6-dev \
 && python -m venv /opt/build \
 && /opt/build/bin/pip install --no-cache-dir "setuptools>=77" "mypy>=1.18" \
 && /opt/build/bin/pip wheel --no-cache-dir --no-deps --no-build-isolation --wheel-dir /wheels . \
 && /opt/palimpsest/bin/pip install --no-cache-dir --no-deps /wheels/*.whl

FROM python:3.13-slim
RUN useradd --create-home --uid 10001 palimpsest && mkdir /data && chown palimpsest /data
COPY --from=build /opt/palimpsest /opt/palimpsest
ENV PATH=/opt/palimpsest/bin:$PATH PALIMPSEST_DATA=/data PALIMPSEST_CONFIG=/config/sources.toml PYTHONUNBUFFERED=1
USER palimpsest
VOLUME /data
ENTRYPOINT ["palimpsest"]
CMD ["run"]
