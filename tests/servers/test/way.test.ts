import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { findOrInstall } from "../src/way/find-program.js";

describe("servers that cannot be had", () => {
  beforeEach(() => {
    // Which engine answers is found out once.
    vi.resetModules();
  });
  afterEach(() => {
    vi.unstubAllEnvs();
  });

  it("containers without a Docker engine are an error, not another way", async () => {
    vi.stubEnv("CULLET_TEST_SERVERS", "containers");
    vi.stubEnv("DOCKER_HOST", "unix:///nowhere/docker.sock");
    const { startRedis } = await import("../src/index.js");
    await expect(startRedis({ own: true })).rejects.toThrow(
      "CULLET_TEST_SERVERS=containers, but no Docker engine of this machine answers: start one, or unset CULLET_TEST_SERVERS",
    );
  });

  it("without a Docker engine the programs of the machine serve", async () => {
    vi.stubEnv("CULLET_TEST_SERVERS", "");
    vi.stubEnv("DOCKER_HOST", "unix:///nowhere/docker.sock");
    const { startRedis } = await import("../src/index.js");
    await using server = await startRedis({ own: true });
    expect(await server.command("PING")).toBe("PONG");
  });

  it("a way that does not exist is an error", async () => {
    vi.stubEnv("CULLET_TEST_SERVERS", "docker");
    const { startRedis } = await import("../src/index.js");
    await expect(startRedis({ own: true })).rejects.toThrow(
      'CULLET_TEST_SERVERS must be "containers" or "local"; got "docker"',
    );
  });

  it("a program that is neither here nor in Debian is named with its package", async () => {
    await expect(
      findOrInstall({ binary: "no-such-server", debianPackage: "cullet-no-such-package" }),
    ).rejects.toThrow(
      "no-such-server is not on this machine: install it (on Debian: apt-get install cullet-no-such-package), ",
    );
  });
});
