import type { RequestListener } from "node:http";
import { locmem } from "@cullet/backend-locmem";
import { createCache } from "@cullet/core";
import { cachePage } from "@cullet/http/express";
import apicache from "apicache";
import express, { type RequestHandler } from "express";
import { PAGE_SECONDS, PAGE_TYPE, page } from "../page.js";
import type { Sites } from "../site.js";

const cache = createCache({ backend: locmem });

export const sites: Sites = {
  "Express alone": () => serving(),
  "cullet cachePage": () => serving(cachePage(PAGE_SECONDS, { cache })),
  apicache: () => serving(apicache.middleware(`${PAGE_SECONDS} seconds`)),
};

function serving(...before: RequestHandler[]): RequestListener {
  return express().get("/:page", ...before, (_request, response) => {
    response.type(PAGE_TYPE).send(page);
  });
}
