import Files
import Foundation
import Recipes
import Training

/// What a worker process needs to know: one run, and where its files go.
///
/// The parent writes it as JSON next to the run's checkpoints; the worker's only argument is its
/// path.
public struct RunJob: Codable, Sendable {
  /// What is to be trained.
  public var recipe: Recipe
  /// The run's own folder.
  public var folder: String
  /// The folder of pixels and activations, shared by all runs.
  public var cacheFolder: String
  /// Compute threads, at least 1; they change no result.
  public var threads: Int
  /// The data's digest as the parent saw it; a worker that sees other data refuses to start.
  public var datasetDigest: String
  /// How often a checkpoint is written besides the ends of epochs.
  public var checkpointSeconds: Double
  /// The program that made the job (``Build/image``); a worker that is another one refuses it. `nil` in
  /// jobs of earlier versions.
  public var build: String?
  /// The finished run that this one starts from, if it needs one.
  public var base: BaseRun?

  /// A job with all its parts.
  public init(
    recipe: Recipe, folder: String, cacheFolder: String, threads: Int, datasetDigest: String,
    checkpointSeconds: Double, base: BaseRun? = nil
  ) {
    (self.recipe, self.folder, self.cacheFolder) = (recipe, folder, cacheFolder)
    build = Build.image
    (self.threads, self.datasetDigest) = (threads, datasetDigest)
    (self.checkpointSeconds, self.base) = (checkpointSeconds, base)
  }

  /// Reads a job's file.
  ///
  /// - Throws: `FileError` where it cannot be read, `TrainingError` where it is no job.
  init(readingFrom path: String) throws {
    let bytes = try WholeFile.read(path: path, limit: 64 << 20)
    do {
      self = try JSONDecoder().decode(Self.self, from: Data(bytes))
    } catch {
      throw TrainingError("'\(path)' is no job of this version; a sweep writes it anew")
    }
  }

  /// The job's own file in its folder.
  public var path: String { folder + "/job.json" }
}
