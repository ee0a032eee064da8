import ArgumentParser

@main
struct EngineBench: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "enginebench", abstract: "Measures the engine's kernels on this machine.",
    subcommands: [Convolutions.self, Meter.self])
}
