import { memcached } from "@cullet/backend-memcached";
import { redisBus } from "@cullet/backend-redis";
import { tiered } from "@cullet/backend-tiered";

/** Two tiers over memcached, with Redis for a bus: the location is the one and then the other. */
export default ({ location }) => {
  const [far, bus] = location.split(";");
  return tiered({ far: memcached({ location: far }), bus: redisBus({ location: bus }) });
};
