# SPDX-License-Identifier: MIT
#
# An image of hallwayd, by way of the Debian package:
#
#     docker build -t hallway .
#     docker run -d --name hallway -p 5269:5269 -p 5270:5270 \
#         -v hallway:/var/lib/hallway \
#         -v ./hallway.yml:/etc/hallway/hallway.yml:ro hallway
#     docker exec hallway hallwayctl status
#
# Give it time to end (docker stop -t 60): who is in a room is written down.
# tests/packaging carries out the steps of this file.
FROM debian:bookworm AS build
COPY . /src/hallway
RUN /src/hallway/contrib/docker/build-deb /deb

FROM debian:bookworm-slim
COPY --from=build /deb/hallway_*.deb /deb/
COPY contrib/docker/install-deb /deb/
RUN /deb/install-deb /deb/hallway_*.deb
RUN rm -r /deb

USER hallway
EXPOSE 5269 5270 5280
VOLUME /var/lib/hallway
HEALTHCHECK CMD ["hallwayctl", "status"]
CMD ["hallwayd"]
