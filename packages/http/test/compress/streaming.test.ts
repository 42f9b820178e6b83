import { request } from "node:http";
import { createBrotliDecompress } from "node:zlib";
import { expect, it } from "vitest";
import { compress } from "../../src/node/index.js";
import { listen } from "../suite/listen.js";

it("a page that is written bit by bit arrives so, compressed", async () => {
  let proceed = () => {};
  const arrived = new Promise<void>((resolve) => {
    proceed = resolve;
  });
  await using served = await listen(
    compress()(async (_request, response) => {
      response.setHeader("Content-Type", "text/html");
      response.write("the first bit");
      await arrived;
      response.end(", and the last");
    }),
  );
  const text = await new Promise<string>((resolve, reject) => {
    const headers = { "Accept-Encoding": "br" };
    const sent = request({ port: served.port, host: "127.0.0.1", headers }, (response) => {
      let seen = "";
      response
        .pipe(createBrotliDecompress())
        .on("data", (piece: Buffer) => {
          seen += piece.toString();
          if (seen === "the first bit") proceed();
        })
        .on("end", () => resolve(seen))
        .on("error", reject);
    });
    sent.on("error", reject).end();
  });
  expect(text).toBe("the first bit, and the last");
});
