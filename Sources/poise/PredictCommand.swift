import ArgumentParser
import Foundation
import Reports
import Training

/// A finished run's classes for new images.
struct PredictCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "predict",
    abstract: "Names the five likeliest classes of new images, by a finished run's network.",
    discussion: """
      Images are JPEG, PNG, WebP, GIF, BMP or TIFF files, decoded, resized and normalised as in the run's evaluation. An image \
      that cannot be read is named, the others are classified, and the exit code is 65.

        poise predict 3 shoe.jpg bag.png
        poise predict baseline-s1 photos/*.jpg --json > predictions.json
      """)

  @OptionGroup var chosen: RunOption
  @OptionGroup var machine: MachineOptions
  @Argument(
    help: "The images.",
    completion: .file(extensions: ["jpg", "jpeg", "png", "webp", "gif", "bmp", "tif", "tiff"]))
  var images: [String]
  @Flag(help: "Write JSON, with every class's logit.") var json = false

  func run() throws {
    let details = try chosen.details(in: try chosen.store.open())
    let model = try chosen.model(of: details)
    let results = try model.predict(images, threads: machine.threadCount)
    let listed = zip(images, results).map { path, result in
      switch result {
      case .failure(let error): PredictionSheet.Image(path: path, problem: "\(error)")
      case .success(let prediction):
        PredictionSheet.Image(
          path: path,
          best: prediction.best(5).map {
            (name: model.classes[$0], probability: Double(prediction.probabilities[$0]))
          }, logits: prediction.logits.map(Double.init))
      }
    }
    let sheet = PredictionSheet(
      run: details.summary.id, name: details.summary.name, classes: model.classes, images: listed)
    try Terminal.show(json ? sheet.json() : sheet.text())
    let notes = ImagePrediction.notes(on: results.compactMap { try? $0.get() })
    Terminal.complain(each: notes.map { "note: \($0)" })
    let unreadable = listed.count { $0.problem != nil }
    if unreadable > 0 {
      throw Failure(
        "\(unreadable) of \(images.count) images could not be read", code: Failure.badInput)
    }
  }
}
