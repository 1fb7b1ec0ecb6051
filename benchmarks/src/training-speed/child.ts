import { serve } from "../rounds/serve.ts";
import { trainingSuite } from "./suite.ts";

await serve(trainingSuite.play);
