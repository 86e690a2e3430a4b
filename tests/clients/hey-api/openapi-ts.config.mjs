// Called from the folder above, where `run` has put the document.
import { $ } from "@hey-api/openapi-ts";

export default {
  input: "./build/openapi.json",
  // The endings that Node asks for.
  output: { path: "./hey-api/client", importFileExtension: ".js" },
  logs: { level: "silent" },
  plugins: [
    "@hey-api/client-fetch",
    "@hey-api/typescript",
    {
      name: "zod",
      "~resolvers": {
        // A file is a Blob in the types, but a string in the validators (hey-api/hey-api#4265).
        string: ({ schema, symbols }) =>
          schema.format === "binary"
            ? $(symbols.z).attr("instanceof").call($("Blob"))
            : undefined,
      },
    },
    // What is sent and what comes back is held against the document.
    { name: "@hey-api/sdk", validator: true },
  ],
};
