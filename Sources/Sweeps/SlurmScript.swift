/// The batch script by which Slurm makes the chains of a frozen plan as an array of jobs.
public struct SlurmScript: Sendable {
  /// What the jobs are called.
  public var name: String
  /// The program, an absolute path.
  public var program: String
  /// The folder of shards, an absolute path; the plan is in it.
  public var folder: ShardFolder
  /// Chains of the plan, at least 1.
  public var chains: Int
  /// Tasks that may run at a time; `nil` for no limit.
  public var arrayLimit: Int?
  /// Processors of a task, at least 1.
  public var processors: Int
  /// Memory of a task as Slurm writes it, such as `8G`; `nil` for the site's default.
  public var memory: String?
  /// The limit of a task's time as Slurm writes it, such as `04:00:00`; `nil` for the site's.
  public var time: String?
  /// `nil` for the site's default.
  public var partition: String?
  /// How often a task that reached its limit is begun again; after preemptions it always is.
  public var timeouts: Int

  /// Seconds before the limit at which a task is asked for its checkpoint; Slurm may be a minute late.
  static let warning = 180

  /// A script with all its parts.
  public init(
    name: String, program: String, folder: ShardFolder, chains: Int, processors: Int, timeouts: Int
  ) {
    (self.name, self.program, self.folder) = (name, program, folder)
    (self.chains, self.processors, self.timeouts) = (chains, processors, timeouts)
  }

  /// The whole script.
  public var text: String {
    let (program, path) = (Self.quoted(program), Self.quoted(folder.path))
    return """
      #!/bin/bash
      # Makes the chains of \(folder.planPath) as an array; written by 'poise slurm'.
      \(directives.map { "#SBATCH \($0)" }.joined(separator: "\n"))

      index=$SLURM_ARRAY_TASK_ID
      turns=\(path)/timeouts-$index
      # Slurm does not tell why a task ends: USR2 comes before the limit only, TERM with a preemption.
      # bash runs a trap only while it waits, hence & and wait.
      at_limit=
      trap 'at_limit=1; kill -USR2 $worker' USR2
      trap 'kill -TERM $worker' TERM
      # The array has one task an index: whoever wrote the shard before is gone.
      \(program) worker --plan \(Self.quoted(folder.planPath)) --shard \(path) --index "$index" \\
        --threads \(processors) --take-over &
      worker=$!
      while kill -0 $worker 2>/dev/null; do wait $worker; done
      wait $worker
      code=$?

      # 75: a checkpoint was written and work is left. Preempted tasks are requeued by Slurm itself.
      if [ -n "$at_limit" ] && [ $code = 75 ]; then
        count=$(($(cat "$turns" 2>/dev/null || echo 0) + 1))
        echo $count > "$turns"
        if [ $count -le \(timeouts) ]; then
          scontrol requeue "${SLURM_ARRAY_JOB_ID}_$index"
        else
          echo "task $index reached its time limit $count times and is not begun again" >&2
        fi
      fi
      exit $code

      """
  }

  /// The job that merges after every task has ended, however it ended.
  public func mergeCommand(results: String) -> String {
    "\(Self.quoted(program)) merge \(Self.quoted(folder.path)) --results \(Self.quoted(results))"
  }

  private var directives: [String] {
    var lines = [
      "--job-name=\(name)",
      "--array=0-\(chains - 1)\(arrayLimit.map { "%\($0)" } ?? "")",
      "--cpus-per-task=\(processors)",
    ]
    if let memory { lines.append("--mem=\(memory)") }
    if let time { lines.append("--time=\(time)") }
    if let partition { lines.append("--partition=\(partition)") }
    lines += [
      "--requeue", "--open-mode=append", "--signal=B:USR2@\(Self.warning)",
      "--output=\"\(folder.path)/slurm-%A_%a.log\"",
    ]
    return lines
  }

  /// A word of a shell that means itself.
  static func quoted(_ word: String) -> String {
    "'" + word.replacing("'", with: "'\\''") + "'"
  }
}
