import Drawing
import Foundation
import Images
import Recipes
import Reports
import Results
import ResultsSQLite
import Training

/// A few training images of each class for a page, from the pixel cache beside the store.
struct SampleStrips {
  /// Pixels of the longer side.
  private static let side = 48
  /// More of a class are no strip.
  static let most = 16

  let store: String
  /// Images of each class.
  let count: Int

  /// Images by class as addresses that a page can hold; empty for stages that are joined.
  ///
  /// Where the pixel cache is gone, the data are decoded again.
  ///
  /// - Throws: `Failure` where the data have changed since the runs were made; what reading them throws.
  func addresses(for comparison: Comparison, in opened: SQLiteRunStore) throws -> [String: [String]]
  {
    guard comparison.stages.isEmpty,
      let run = comparison.strategies.flatMap(\.runs).first, let details = try opened.run(run.id)
    else { return [:] }
    let recipe = try JSONDecoder().decode(
      Recipe.self, from: Data(details.description.configuration.utf8))
    let bar = ProgressBar(label: "decoding images")
    defer { bar.finish() }
    let data = try PreparedData(
      dataset: recipe.dataset, split: recipe.split, image: recipe.image,
      cacheFolder: try WorkFolder(store: store).cache,
      threads: ProcessInfo.processInfo.activeProcessorCount,
      progress: { done, total in bar.update(done: done, total: total) })
    guard data.digest == details.description.dataset.digest else {
      throw Failure(
        "--samples \(count): the data in \(recipe.dataset.root), as this version reads them, are not those "
          + "that the runs on \(comparison.dataset) saw; leave --samples out, or put the data back",
        code: Failure.missingInput)
    }
    return data.samples(ofEachClass: count, side: Self.side).mapValues { images in
      images.map { image in
        PNGImage.dataAddress(rgb: image.pixels, width: image.width, height: image.height)
      }
    }
  }
}
