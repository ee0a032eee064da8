// swift-tools-version: 6.2
import PackageDescription

// Targets are listed floor by floor, bottom first; imports run strictly downwards.
// `Tests/ArchitectureTests` checks every edge against the floors named in `Docs/floors.txt`.

let grdb: Target.Dependency = .product(name: "GRDB", package: "GRDB.swift")
let sqlite: Target.Dependency = .product(name: "GRDBSQLite", package: "GRDB.swift")
let arguments: Target.Dependency = .product(
  name: "ArgumentParser", package: "swift-argument-parser")
let mustache: Target.Dependency = .product(name: "Mustache", package: "swift-mustache")
let yams: Target.Dependency = .product(name: "Yams", package: "Yams")

let settings: [SwiftSetting] = [.treatAllWarnings(as: .error)]
let cSettings: [CSetting] = [
  .treatAllWarnings(as: .error), .enableWarning("all"), .enableWarning("extra"),
]

func library(_ name: String, apt: String) -> Target {
  .systemLibrary(name: name, path: "Sources/\(name)", providers: [.apt([apt])])
}

func room(_ name: String, _ dependencies: [Target.Dependency] = []) -> Target {
  .target(name: name, dependencies: dependencies, exclude: ["README.md"], swiftSettings: settings)
}

func door(_ name: String, _ dependencies: [Target.Dependency]) -> Target {
  .executableTarget(
    name: name, dependencies: dependencies, exclude: ["README.md"], swiftSettings: settings)
}

func tests(of name: String, _ dependencies: [Target.Dependency] = []) -> Target {
  .testTarget(
    name: "\(name)Tests", dependencies: [.byName(name: name)] + dependencies,
    exclude: ["Fixtures"], swiftSettings: settings)
}

let package = Package(
  name: "Counterpoise",
  platforms: [.macOS(.v15)],
  products: [
    .executable(name: "poise", targets: ["poise"]),
    .executable(name: "enginebench", targets: ["enginebench"]),
  ],
  dependencies: [
    .package(url: "https://github.com/apple/swift-argument-parser", from: "1.8.0"),
    .package(url: "https://github.com/groue/GRDB.swift", from: "7.10.0"),
    .package(url: "https://github.com/hummingbird-project/swift-mustache", from: "2.1.0"),
    .package(url: "https://github.com/jpsim/Yams", from: "6.2.0"),
  ],
  targets: [
    // The cellar, floor -1: C of others, by module maps, and of our own
    library("COpenBLAS", apt: "libopenblas-dev"),
    library("CWebP", apt: "libwebp-dev"),
    library("CGIF", apt: "libgif-dev"),
    library("CZlib", apt: "zlib1g-dev"),
    library("CCrypto", apt: "libssl-dev"),
    .target(name: "CKernels", exclude: ["README.md", "kernels.def"], cSettings: cSettings),
    .target(name: "CBuildStamp", cSettings: cSettings),
    .target(name: "CProcess", cSettings: cSettings),
    .target(
      name: "CPictures", exclude: ["README.md"], cSettings: cSettings,
      linkerSettings: ["jpeg", "png", "tiff"].map { .linkedLibrary($0) }),
    .target(name: "CMeter", exclude: ["README.md"], cSettings: cSettings),

    // Floor 0
    room("Randomness"),
    room("Tensors"),
    room("Metrics"),
    room("Statistics"),
    room("Drawing", ["CZlib"]),
    room("Files", ["CZlib", "CCrypto"]),

    // Floor 1
    room("Kernels", ["Randomness", "COpenBLAS", "CKernels"]),
    room("Images", ["Files", "Randomness", "CPictures", "CWebP", "CGIF"]),
    room("Datasets", ["Files", "Metrics", "Randomness"]),
    room("Results", ["Files", "Metrics"]),
    room("Weights", ["Files"]),

    // Floor 2
    room("Networks", ["Kernels", "Weights", "Tensors", "Randomness", "Files"]),
    room("Strategies", ["Datasets", "Images", "Metrics", "Tensors", "Randomness"]),

    // Floor 3
    room(
      "Recipes",
      ["Datasets", "Images", "Metrics", "Networks", "Strategies", "Results", "Files"]),

    // Floor 4
    room(
      "Experiments",
      [
        "Recipes", "Datasets", "Images", "Kernels", "Metrics", "Networks", "Statistics",
        "Strategies", "Results", "Files", yams,
      ]),
    room(
      "Training",
      [
        "Recipes", "Datasets", "Images", "Kernels", "Networks", "Strategies", "Results", "Metrics",
        "Tensors", "Randomness", "Files",
      ]),
    room("ResultsSQLite", ["Results", "Metrics", "Files", grdb, sqlite]),

    // Floor 5
    room(
      "Sweeps",
      [
        "Experiments", "Training", "Recipes", "Datasets", "Networks", "Strategies", "Results",
        "Kernels",
        "Files", "CBuildStamp", "CProcess",
      ]),
    room(
      "Reports",
      ["Results", "Metrics", "Statistics", "Randomness", "Drawing", "Files", mustache]),

    // Doors
    door(
      "poise",
      [
        "Sweeps", "Reports", "Experiments", "Training", "ResultsSQLite", "Recipes", "Datasets",
        "Networks", "Weights", "Strategies", "Results", "Metrics", "Kernels", "Images",
        "Files", "Drawing",
        arguments,
      ]),
    door(
      "enginebench",
      [
        "Kernels", "Networks", "Strategies", "Weights", "Images", "Tensors", "Randomness", "CMeter",
        arguments,
      ]),

    // Tests
    .target(
      name: "TestSupport",
      dependencies: ["Strategies", "Datasets", "Images", "Tensors", "Randomness", "Files"],
      path: "Tests/TestSupport", exclude: ["README.md"], swiftSettings: settings),
    tests(of: "Randomness", ["TestSupport"]),
    tests(of: "Tensors"),
    tests(of: "Metrics"),
    tests(of: "Statistics", ["Randomness"]),
    tests(of: "Drawing", ["Images", "TestSupport"]),
    tests(of: "Files", ["TestSupport"]),
    tests(of: "Kernels", ["CKernels", "Tensors", "Randomness", "TestSupport"]),
    tests(of: "Images", ["Files", "Randomness", "TestSupport"]),
    tests(of: "Datasets", ["Randomness", "Files", "TestSupport"]),
    tests(of: "Results", ["Metrics"]),
    tests(of: "Weights", ["Randomness", "Files", "TestSupport"]),
    tests(
      of: "Networks",
      ["Kernels", "Weights", "Strategies", "Tensors", "Randomness", "TestSupport"]),
    tests(
      of: "Strategies",
      ["Datasets", "Images", "Metrics", "Tensors", "Randomness", "TestSupport"]),
    tests(of: "Recipes", ["Datasets", "Networks", "Strategies", "Results"]),
    tests(
      of: "Experiments",
      ["Recipes", "Datasets", "Images", "Kernels", "Networks", "Strategies", "TestSupport"]),
    tests(
      of: "Training",
      [
        "Recipes", "Datasets", "Images", "Kernels", "Networks", "Strategies", "Results", "Metrics",
        "Randomness", "Files", "TestSupport",
      ]),
    tests(of: "ResultsSQLite", ["Results", "Metrics", "Files", "TestSupport", grdb]),
    tests(
      of: "Sweeps",
      [
        "Experiments", "Training", "Recipes", "Datasets", "Results", "Metrics", "Files",
        "TestSupport",
      ]),
    tests(
      of: "Reports", ["Results", "Metrics", "Statistics", "Drawing", "Randomness", "TestSupport"]),
    .testTarget(name: "ArchitectureTests", swiftSettings: settings),
    .testTarget(
      name: "CommandTests", dependencies: ["TestSupport", "poise"], exclude: ["Fixtures"],
      swiftSettings: settings),
  ]
)

// Entries for libFuzzer, which no other build sees. No input of theirs reaches a kernel, and to instrument
// the kernels takes minutes.
if Context.environment["COUNTERPOISE_FUZZ"] != nil {
  let plain: CSetting = .unsafeFlags(["-fno-sanitize=all", "-O0"])
  for target in package.targets where target.name == "CKernels" {
    target.cSettings = cSettings + [plain]
  }
  package.targets.append(
    .executableTarget(
      name: "fuzz",
      dependencies: [
        "Training", "Experiments", "Recipes", "Networks", "Weights", "Results", "Datasets",
        "Images", "Files",
      ], path: "Tests/Fuzz", exclude: ["README.md", "Seeds"], swiftSettings: settings))
}
