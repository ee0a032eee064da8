// swift-tools-version: 6.2
import PackageDescription

// Targets are listed floor by floor, bottom first; imports run strictly downwards.
// `Tests/ArchitectureTests` checks every edge against the floors named in `Docs/floors.txt`.

let crypto: Target.Dependency = .product(name: "Crypto", package: "swift-crypto")
let grdb: Target.Dependency = .product(name: "GRDB", package: "GRDB.swift")
let logging: Target.Dependency = .product(name: "Logging", package: "swift-log")
let arguments: Target.Dependency = .product(
  name: "ArgumentParser", package: "swift-argument-parser")
let yams: Target.Dependency = .product(name: "Yams", package: "Yams")

let settings: [SwiftSetting] = [.treatAllWarnings(as: .error)]

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
    name: "\(name)Tests", dependencies: [.byName(name: name), "TestSupport"] + dependencies,
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
    .package(url: "https://github.com/apple/swift-crypto", from: "4.5.0"),
    .package(url: "https://github.com/apple/swift-log", from: "1.16.0"),
    .package(url: "https://github.com/groue/GRDB.swift", from: "7.10.0"),
    .package(url: "https://github.com/jpsim/Yams", from: "6.2.0"),
  ],
  targets: [
    // Floor 0
    library("COpenBLAS", apt: "libopenblas-dev"),
    library("CTurboJPEG", apt: "libturbojpeg0-dev"),
    library("CPNG", apt: "libpng-dev"),
    library("CZlib", apt: "zlib1g-dev"),
    .target(name: "CKernels"),
    .target(name: "CMeter", exclude: ["README.md"]),
    room("Randomness"),
    room("Tensors"),
    room("Metrics"),
    room("Statistics"),
    room("Files", ["CZlib", crypto]),

    // Floor 1
    room("Kernels", ["Tensors", "Randomness", "COpenBLAS", "CKernels"]),
    room("Images", ["Files", "Tensors", "Randomness", "CTurboJPEG", "CPNG"]),
    room("Datasets", ["Files", "Metrics", "Randomness"]),
    room("Results", ["Files", "Metrics"]),
    room("Weights", ["Files"]),

    // Floor 2
    room("Networks", ["Kernels", "Weights", "Tensors", "Randomness", "Files"]),
    room(
      "Strategies",
      ["Datasets", "Images", "Kernels", "Metrics", "Tensors", "Randomness"]),

    // Floor 3
    room(
      "Recipes",
      ["Datasets", "Images", "Kernels", "Metrics", "Networks", "Strategies", "Results", "Files"]),

    // Floor 4
    room(
      "Experiments",
      [
        "Recipes", "Datasets", "Kernels", "Metrics", "Networks", "Strategies", "Results", "Files",
        yams,
      ]),
    room(
      "Training",
      [
        "Recipes", "Datasets", "Images", "Kernels", "Networks", "Strategies", "Results", "Metrics",
        "Tensors", "Randomness", "Files",
      ]),
    room("ResultsSQLite", ["Results", "Metrics", "Files", grdb]),

    // Floor 5
    room(
      "Sweeps",
      [
        "Experiments", "Training", "Recipes", "Datasets", "Images", "Networks", "Strategies",
        "Results", "Metrics", "Kernels", "Files", logging,
      ]),
    room("Reports", ["Results", "Metrics", "Statistics", "Randomness"]),

    // Doors
    door(
      "poise",
      [
        "Sweeps", "Reports", "Experiments", "Training", "ResultsSQLite", "Recipes", "Datasets",
        "Images", "Networks", "Weights", "Strategies", "Results", "Metrics", "Kernels", "Files",
        arguments, logging,
      ]),
    door(
      "enginebench",
      [
        "Kernels", "Networks", "Strategies", "Weights", "Tensors", "Randomness", "CMeter",
        arguments,
      ]),

    // Tests
    .target(
      name: "TestSupport",
      dependencies: [
        "Strategies", "Datasets", "Images", "Kernels", "Networks", "Tensors", "Randomness", "Files",
        "Metrics",
      ],
      path: "Tests/TestSupport", exclude: ["README.md"], swiftSettings: settings),
    tests(of: "Randomness"),
    tests(of: "Tensors"),
    tests(of: "Metrics"),
    tests(of: "Statistics"),
    tests(of: "Files"),
    tests(of: "Kernels", ["CKernels", "Tensors", "Randomness", "Files"]),
    tests(of: "Images", ["Files", "Tensors", "Randomness"]),
    tests(of: "Datasets", ["Files", "Metrics", "Randomness"]),
    tests(of: "Results", ["Metrics", "Files"]),
    tests(of: "Weights", ["Randomness", "Files"]),
    tests(
      of: "Networks",
      ["Kernels", "Weights", "Strategies", "Tensors", "Randomness", "Files"]),
    tests(of: "Strategies", ["Datasets", "Images", "Kernels", "Tensors", "Randomness", "Files"]),
    tests(of: "Recipes", ["Datasets", "Networks", "Strategies", "Results", "Files"]),
    tests(
      of: "Experiments", ["Recipes", "Datasets", "Networks", "Strategies", "Results", "Files"]),
    tests(
      of: "Training",
      [
        "Recipes", "Datasets", "Images", "Kernels", "Networks", "Strategies", "Results", "Metrics",
        "Tensors", "Randomness", "Files",
      ]),
    tests(of: "ResultsSQLite", ["Results", "Metrics", "Files", grdb]),
    tests(
      of: "Sweeps",
      ["Experiments", "Training", "Recipes", "Datasets", "ResultsSQLite", "Results", "Files"]),
    tests(of: "Reports", ["Results", "Metrics", "Statistics", "Files"]),
    .testTarget(
      name: "ArchitectureTests", dependencies: ["Files"], swiftSettings: settings),
    .testTarget(
      name: "CommandTests", dependencies: ["Files", "TestSupport", "poise"], exclude: ["Fixtures"],
      swiftSettings: settings),
  ]
)
