# Parlor in an image of its own: the one binary on a plain Debian. `docker compose up` uses it; alone,
# with SQLite: docker build -t parlor . && docker run -p 127.0.0.1:8080:8080 -v parlor:/var/lib/parlor parlor

# The compiler of rust-toolchain.toml, on the Debian that the binary will meet below.
FROM rust:1.95.0-slim-trixie AS build
WORKDIR /parlor
COPY . .
# What cargo downloads and compiles outlives this step, so that the next build takes only what changed.
RUN --mount=type=cache,target=/usr/local/cargo/registry --mount=type=cache,target=/parlor/target \
    cargo xtask build && cp target/release/parlor /usr/local/bin/parlor

FROM debian:trixie-slim
# The number is fixed: what is in a volume belongs to a number, and should to the same in every image.
# A new volume takes over the owner of the directory it covers.
RUN useradd --uid 10001 --user-group --no-create-home --no-log-init --shell /usr/sbin/nologin parlor \
    && install --directory --owner=parlor --group=parlor --mode=0700 /var/lib/parlor
COPY --from=build /usr/local/bin/parlor /usr/local/bin/parlor
ENV PARLOR_DATA_DIR=/var/lib/parlor PARLOR_LISTEN=0.0.0.0:8080
USER parlor
VOLUME /var/lib/parlor
EXPOSE 8080
# Ready means: the store takes writes. Bash can ask, so that the image needs no HTTP client.
HEALTHCHECK --interval=30s --timeout=5s --start-period=60s --start-interval=1s CMD ["bash", "-c", "exec 3<>/dev/tcp/127.0.0.1/8080 && printf 'GET /readyz HTTP/1.0\\r\\n\\r\\n' >&3 && read -r -u 3 _ status _ && [ \"$status\" = 200 ]"]
ENTRYPOINT ["parlor"]
CMD ["serve"]
