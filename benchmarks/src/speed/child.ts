import { serve } from "../rounds/serve.ts";
import { speedSuite } from "./suite.ts";

await serve(speedSuite.play);
