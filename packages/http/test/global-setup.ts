import { prepareServers } from "@cullet/test-servers";

export default () => prepareServers("redis");
