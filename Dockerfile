# Kindred with its model and demo, for a server; docs/deploy.md says how it is started.
FROM python:3.11-slim-bookworm AS libraries

RUN apt-get update && apt-get install --no-install-recommends --yes g++
# The image travels: hnswlib must not be tuned to the machine that builds it.
ENV HNSWLIB_NO_NATIVE=1
# More than everybody needs: requirements-scale.txt for collections in Qdrant.
ARG EXTRAS=
COPY requirements.lock requirements-login.txt requirements-scale.txt /build/
RUN python -m venv /opt/kindred \
    && /opt/kindred/bin/python -m pip install --no-cache-dir -r /build/requirements.lock \
    && /opt/kindred/bin/python -m pip install --no-cache-dir -r /build/requirements-login.txt \
    && for extra in $EXTRAS; do /opt/kindred/bin/python -m pip install --no-cache-dir -r "/build/$extra"; done


FROM python:3.11-slim-bookworm

RUN useradd --uid 1000 --create-home kindred \
    && mkdir /data \
    && chown kindred /data
COPY --from=libraries /opt/kindred /opt/kindred
COPY . /app
WORKDIR /app
ENV PATH=/opt/kindred/bin:$PATH
ENV PYTHONUNBUFFERED=1
ENV PYTHONDONTWRITEBYTECODE=1
ENV KINDRED_HOME=/data
USER kindred
VOLUME /data
EXPOSE 8501
HEALTHCHECK --interval=30s --timeout=10s --start-period=60s CMD ["python", "-c", "import urllib.request as web; web.urlopen('http://127.0.0.1:8501/healthz')"]
CMD ["python", "-m", "streamlit", "run", "app.py", "--server.address=0.0.0.0", "--server.port=8501"]
