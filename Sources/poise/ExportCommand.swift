import ArgumentParser
import Foundation
import Sweeps
import Training

/// A run's weights as a file for others.
struct ExportCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "export",
    abstract: "Writes a finished run's weights as .safetensors, under torchvision's names.",
    discussion: """
      The weights are those that were tested: of the epoch that was best on validation. Metadata \
      names classes, architecture, input size and normalisation. In Python:

        model.load_state_dict(safetensors.torch.load_file("weights.safetensors"))

      An experiment file starts from them with 'model: {weights: weights.safetensors}'.

        poise export 3 weights.safetensors
        poise export baseline-s1 weights.safetensors --sweep night
      """)

  @OptionGroup var chosen: RunOption
  @Argument(help: "The file to write; one that is there is replaced.", completion: .file())
  var file: String

  func validate() throws {
    guard file.hasSuffix(".safetensors") else {
      throw ValidationError("'\(file)' does not end in .safetensors, the one format written")
    }
  }

  func run() throws {
    let opened = try chosen.store.open()
    let details = try chosen.details(in: opened)
    let model = try chosen.model(of: details)
    let summary = details.summary
    let epoch = try opened.epochs(of: summary.id).first { $0.epoch == summary.bestEpoch }
    try model.export(
      to: file, imagesSeen: epoch?.imagesSeen ?? summary.imagesSeen ?? 0,
      facts: [
        "run": "\(summary.id)", "run_name": summary.name,
        "made_by": "Counterpoise \(Build.version)",
      ])
    Terminal.complain(
      "written to \(file): run \(summary.id) (\(summary.name)), "
        + (epoch.map { "epoch \($0.epoch), the best on validation" } ?? "its last epoch"))
  }
}
