import type { BodyPlan, GivenBody, Layer } from "../layer.js";
import type { RequestData, ResponseHead } from "../message/message.js";
import { Compressor } from "./compressor.js";
import { type CompressOptions, readCompressOptions } from "./options.js";
import { patchCompressedHead, planCompression } from "./plan.js";

/**
 * Compresses what is sent, in the coding that the client wants most of those offered. Pages that carry both a secret and
 * something that a stranger may choose are padded at random.
 *
 * @throws TypeError naming an option that makes no sense.
 */
export function compressLayer(options?: CompressOptions): Layer {
  const settings = readCompressOptions(options);
  return {
    name: "compress",
    begin: (request) => ({
      exchange: { head: (head, body) => compress(request, head, body, settings), ended: () => undefined },
    }),
  };
}

function compress(
  request: RequestData,
  head: ResponseHead,
  { whole }: GivenBody,
  settings: Required<CompressOptions>,
): BodyPlan | undefined {
  const isHead = request.method === "HEAD";
  // Whatever a handler gives for HEAD, it is not the length of the page.
  const plan = planCompression(request, head, isHead ? undefined : whole?.length, settings);
  patchCompressedHead(head, plan);
  const { encoding } = plan;
  if (encoding === undefined || isHead || head.status === 304) return undefined;
  return { transform: () => new Compressor(encoding, settings.maxRandomBytes) };
}
