import { createServer, type Server } from "node:http";
import type { Cache } from "@cullet/core";
import { cachePage, cacheSite, neverCache, purge, varyOnCookie } from "@cullet/http/express";
import express, { type NextFunction, type Request, type Response } from "express";
import { type Country, countries } from "../towns.js";
import { drawMap } from "../web/map.js";
import { logIn, logOut, sessions, userOf } from "./accounts.js";
import { loneliestTowns, TOWNS_COMPARED } from "./loneliest.js";
import { createViews, type Render } from "./views.js";

const LARGEST = 15;

/**
 * Makes the web site of the demo, a gazetteer with a login: its pages are cached per site, a list of towns per view, and the
 * slow part of a country's page as a fragment. `Cache-Status` says of each response what the caches did.
 */
export function createSiteServer(cache: Cache): Server {
  const pages = cache.withPrefix("pages");
  const render = createViews(cache.withPrefix("fragments"));
  const app = express();

  app.use(sessions(cache));
  app.use(
    cacheSite({
      cache: pages,
      seconds: "10m",
      anonymousOnly: (request) => userOf(request) !== undefined,
      cacheStatus: "site",
    }),
  );
  // A browser keeps pages too, and is not to show one from before the login after it.
  const personal = varyOnCookie();
  app.get("/", personal, (request, response) => sendHome(render, request, response));
  app.get("/countries/:code", personal, findCountry, (request, response) =>
    sendCountry(render, request, response),
  );
  app.get(
    "/countries/:code/towns",
    findCountry,
    cachePage("1h", { cache: pages, cacheStatus: "view" }),
    sendTowns,
  );
  app.post("/countries/:code/refresh", findCountry, async (request, response) => {
    const page = `/countries/${request.params.code}`;
    await purge(pages, `${request.protocol}://${request.host}${page}`);
    response.redirect(303, page);
  });
  app.get("/account", neverCache(), async (request, response) => {
    const user = userOf(request);
    if (user === undefined) response.redirect(303, "/login");
    else response.send(await render("account.njk", { user }));
  });
  app.get("/login", personal, async (request, response) => {
    response.send(await render("login.njk", { user: userOf(request) }));
  });
  app.post("/login", express.urlencoded(), async (request, response) => {
    const { user } = (request.body ?? {}) as { user?: unknown };
    if (typeof user !== "string" || user === "") {
      response.status(400).send("The form says no name.");
      return;
    }
    await logIn(request, user);
    response.redirect(303, "/account");
  });
  app.post("/logout", async (request, response) => {
    await logOut(request);
    response.redirect(303, "/");
  });
  return createServer(app);
}

async function sendHome(render: Render, request: Request, response: Response): Promise<void> {
  response.send(await render("home.njk", { user: userOf(request), countries: [...countries.values()] }));
}

async function sendCountry(render: Render, request: Request, response: Response): Promise<void> {
  const country = countryOf(response);
  let isRendered = false;
  const page = await render("country.njk", {
    user: userOf(request),
    country,
    largest: country.towns.slice(0, LARGEST),
    // Called where the fragment is not in the cache.
    findLoneliest: () => {
      isRendered = true;
      const towns = loneliestTowns(country);
      const marks = towns.map(({ town }) => town);
      return { towns, compared: TOWNS_COMPARED, map: drawMap(country, { lines: [], marks }).toString() };
    },
  });
  // No middleware knows of a fragment.
  response.set("Cache-Status", isRendered ? "fragment; fwd=miss; stored" : "fragment; hit");
  response.send(page);
}

/** Sends the towns of a country as JSON, which is the same for everybody, logged in or not. */
function sendTowns(_request: Request, response: Response): void {
  response.json(countryOf(response).towns.slice(0, TOWNS_COMPARED));
}

function findCountry(request: Request, response: Response, next: NextFunction): void {
  const country = countries.get(String(request.params.code));
  response.locals.country = country;
  next(country === undefined ? "route" : undefined);
}

function countryOf(response: Response): Country {
  return response.locals.country;
}
