# The same chain by R's packages, called side by side where they are installed: FactoMineR (FAMD, HCPC with catdes) and survey.
# Rscript chain.R FOLDER prints seconds (package loading and reading left out), and writes the partition beside the answers.
suppressMessages({library(FactoMineR); library(survey)})
options(survey.lonely.psu = "adjust")
folder <- commandArgs(trailingOnly = TRUE)[1]
answers <- read.csv(file.path(folder, "answers.csv"), na.strings = "", stringsAsFactors = FALSE)
strata <- read.csv(file.path(folder, "strata.csv"), colClasses = "character")
totals <- read.csv(file.path(folder, "totals.csv"))
weights <- scan(file.path(folder, "weights.csv"), quiet = TRUE)
started <- proc.time()[["elapsed"]]
active <- answers
for (name in names(active)) {
  gaps <- is.na(active[[name]])
  if (is.numeric(active[[name]])) active[[name]][gaps] <- mean(active[[name]], na.rm = TRUE)
  else { active[[name]][gaps] <- paste0(name, "_NR"); active[[name]] <- factor(active[[name]]) }
}
axes <- FAMD(active, ncp = 10, graph = FALSE, row.w = weights * nrow(active) / sum(weights))
found <- HCPC(axes, nb.clust = 5, kk = if (nrow(active) > 5000) 1000 else Inf, graph = FALSE)
partition <- as.integer(found$data.clust[rownames(active), "clust"])
sample <- cbind(answers, strata, weight = weights, stratum = paste(strata$sector, strata$dept, strata$size))
sample$population <- ave(sample$weight, sample$stratum, FUN = sum)
design <- svydesign(ids = ~1, strata = ~stratum, weights = ~weight, fpc = ~population, data = sample)
known <- c("(Intercept)" = sum(totals$total[totals$variable == "sector"]))
for (name in c("sector", "dept", "size")) {
  here <- totals[totals$variable == name, ][-1, ]
  known <- c(known, setNames(here$total, paste0(name, here$level)))
}
calibrated <- calibrate(design, ~ sector + dept + size, population = known, calfun = "raking", maxit = 50, epsilon = 1e-9)
for (name in grep("^x", names(answers), value = TRUE))
  svyby(as.formula(paste0("~", name)), ~sector, calibrated, svymean, na.rm = TRUE)
cat(proc.time()[["elapsed"]] - started, "\n")
write.table(partition, file.path(folder, "partition.csv"), row.names = FALSE, col.names = FALSE)
