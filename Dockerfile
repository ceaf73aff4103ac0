# One image for every part; docker-compose.yml says which command each container runs.
FROM python:3.13-slim-bookworm AS build
ENV UV_COMPILE_BYTECODE=1 UV_LINK_MODE=copy
RUN pip install --no-cache-dir uv==0.13.9
WORKDIR /app
COPY pyproject.toml uv.lock README.md LICENSE ./
RUN uv sync --locked --no-dev --no-install-project
COPY manage.py ./
COPY ota_console ota_console
COPY deployments deployments
COPY devices devices
RUN uv sync --locked --no-dev

FROM python:3.13-slim-bookworm AS run
RUN useradd --system --uid 10001 --home-dir /app ota && install -d -o ota -g ota /data
WORKDIR /app
COPY --from=build /app /app
COPY templates templates
COPY static static
ENV PATH=/app/.venv/bin:$PATH PYTHONUNBUFFERED=1 OTA_DATA_DIR=/data OTA_HTTP=0.0.0.0:8000 OTA_COAPS=0.0.0.0:5684
USER 10001
VOLUME /data
EXPOSE 8000/tcp 5684/udp
CMD ["uvicorn", "ota_console.asgi:application", "--host", "0.0.0.0", "--port", "8000", "--lifespan", "off", "--timeout-graceful-shutdown", "5", "--no-access-log", "--log-level", "warning"]
