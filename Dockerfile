# slotctl, the Node that it runs on, the libraries that Node is linked to, and nothing else.
#
#   docker build -t slotctl .
#
# It takes BuildKit, which passes over stages that nothing is taken from. PARTS names what has these parts in /parts:
# a stage below, or an image for those who cannot have the first stage's base.
ARG PARTS=build

FROM node:24-slim AS build
WORKDIR /build
COPY . .
# Without scripts of packages: what they would do is fetch the Node that is here already.
RUN npm ci --ignore-scripts --no-audit --no-fund \
  && npm run --silent build \
  && node build/gather-image-parts.ts /parts

FROM ${PARTS} AS parts

FROM scratch
COPY --from=parts /parts /
# The signs of progress and results are written in UTF-8.
ENV LANG=C.UTF-8
# By number, so that an orchestrator can see that it is not root. Any other will do as well.
USER 10001:10001
ENTRYPOINT ["/usr/local/bin/slotctl"]
