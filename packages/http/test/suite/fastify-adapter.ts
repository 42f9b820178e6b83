import type { AddressInfo } from "node:net";
import { Readable } from "node:stream";
import { type FastifyInstance, type FastifyPluginCallback, type FastifyRequest, fastify } from "fastify";
import * as names from "../../src/fastify/index.js";
import { piecesOf, type SuiteAdapter, type SuiteHandler } from "./adapter.js";

/** The entry for Fastify. */
export const fastifyAdapter: SuiteAdapter = {
  name: "Fastify",
  names,
  async serve(middlewares, handler) {
    const app = fastify({ forceCloseConnections: true });
    app.addContentTypeParser("*", (_request, payload, done) => {
      payload.resume();
      done(null);
    });
    for (const middleware of middlewares) app.register(middleware as FastifyPluginCallback);
    app.register(async (scope) => addRoutes(scope, handler));
    await app.listen({ port: 0, host: "127.0.0.1" });
    const { port } = app.server.address() as AddressInfo;
    return { port, [Symbol.asyncDispose]: () => app.close() };
  },
  fieldOf: (request, name) => (request as FastifyRequest).headers[name]?.toString(),
};

function addRoutes(scope: FastifyInstance, handler: SuiteHandler): void {
  scope.all("/*", async (request, reply) => {
    const {
      status = 200,
      headers = [],
      body = "",
    } = await handler({
      method: request.method,
      path: request.originalUrl,
      field: (name) => request.headers[name.toLowerCase()]?.toString(),
    });
    reply.code(status);
    for (const [name] of headers) {
      const values = headers.filter(([other]) => other === name).map(([, value]) => value);
      reply.header(name, values.length === 1 ? values[0] : values);
    }
    return reply.send(typeof body === "string" ? body : Readable.from(piecesOf(body)));
  });
}
