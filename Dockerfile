# The image holds one static program, its settings and nothing else: no shell, no package manager, no user but its own.
#
#   docker build -t loket .
#   docker run -v loket-state:/var/lib/loket -v ./loket.toml:/etc/loket/loket.toml:ro -p 43:10043 -p 443:8443 loket

FROM rust:1.95-bookworm AS build
RUN apt-get update \
 && apt-get install -y --no-install-recommends cmake \
 && rm -rf /var/lib/apt/lists/*
WORKDIR /src
COPY . .
# A static program needs no C library beside it; the target must be named for build scripts to stay dynamic.
RUN target="$(rustc -vV | sed -n 's/^host: //p')" \
 && RUSTFLAGS="-C target-feature=+crt-static" cargo build --locked --release --bin loket --target "$target" \
 && install -D "target/$target/release/loket" /image/usr/bin/loket \
 && install -D -m 0644 config/demo.toml /image/etc/loket/demo.toml \
 && cp -r config/disclosure /image/etc/loket/disclosure \
 && install -d -o 65532 -g 65532 -m 0700 /image/var/lib/loket \
 && install -d /image/etc \
 && printf 'loket:x:65532:65532:loket:/var/lib/loket:/sbin/nologin\n' > /image/etc/passwd \
 && printf 'loket:x:65532:\n' > /image/etc/group

FROM scratch
COPY --from=build /image/ /
USER 65532:65532
WORKDIR /var/lib/loket
VOLUME ["/var/lib/loket"]
EXPOSE 8080 8443 10043 14343
STOPSIGNAL SIGTERM
HEALTHCHECK --interval=30s --timeout=5s --start-period=60s --retries=3 \
  CMD ["/usr/bin/loket", "health", "--url", "http://127.0.0.1:9090/health/ready"]
ENTRYPOINT ["/usr/bin/loket"]
CMD ["serve", "--config", "/etc/loket/loket.toml"]
