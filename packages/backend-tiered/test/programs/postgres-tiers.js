import { postgresBus } from "@cullet/backend-db";
import { tiered } from "@cullet/backend-tiered";

/** Two tiers over PostgreSQL, which is also the bus. */
export default ({ location }) => tiered({ far: location, bus: postgresBus({ connectionString: location }) });
